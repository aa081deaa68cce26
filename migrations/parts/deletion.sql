-- Deleting what is past its term, beyond recovery: the key of each record goes in the same transaction. SECURITY DEFINER
-- because the application may delete nothing of these tables; the owner is bound by row-level security to the tenant that
-- is set, as everybody is. Each deletion leaves its record.

-- Of the verifications of the tenant that is set, those that may go, with their evidence; gives their ids. What passed and
-- is on nobody's file goes on request alone: when that relation ended nobody has told.
create function delete_verifications(
  p_ids text[], p_record_ids text[], p_period text, p_cutoff date,
  p_at timestamptz, p_by text, p_why text, p_request_id text, p_gone_on date
) returns text[]
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  v_cutoff date := last_day_over(p_period, p_cutoff);
  v_ids text[];
begin
  perform pg_advisory_xact_lock(retention_lock(v_tenant));
  v_ids := array(
    select v.id from verification v
    left join subject s on s.tenant_id = v.tenant_id and s.id = v.subject_id
    where v.tenant_id = v_tenant and v.id = any (p_ids)
      and (v.verified_at at time zone 'Asia/Tokyo')::date <= v_cutoff
      and (s.id is null or s.relation_ended_on <= v_cutoff)
      and (p_why = 'request' or s.id is not null or v.indication <> 'TOTAL-PASSED')
      and not is_held(v_tenant, v.subject_id, v.id)
    order by v.id for update of v);
  delete from key_store.record_key k where k.tenant_id = v_tenant and k.record_id = any (v_ids);
  delete from evidence e where e.tenant_id = v_tenant and e.verification_id = any (v_ids);
  delete from verification v where v.tenant_id = v_tenant and v.id = any (v_ids);
  insert into deletion_record (
    tenant_id, id, kind, target, deleted_at, deleted_by, why, request_id, gone_from_backups_on
  ) select v_tenant, r.record_id, 'verification', r.id, p_at, p_by, p_why, p_request_id, p_gone_on
    from unnest(p_ids, p_record_ids) r (id, record_id) where r.id = any (v_ids);
  return v_ids;
end;
$$;

-- A subject of the tenant that is set whose relation has ended: its certificates and attributes on file go, which are
-- copies of what its verifications hold; the subject itself when no verification is left. Gives 'deleted', 'reduced', or
-- 'kept' where nothing could go. On request whatever the term; else when the term is over.
create function delete_subject(
  p_id text, p_record_id text, p_period text, p_cutoff date,
  p_at timestamptz, p_by text, p_why text, p_request_id text, p_gone_on date
) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  v_ended date;
  v_reduced timestamptz;
  v_outcome text;
begin
  perform pg_advisory_xact_lock(retention_lock(v_tenant));
  select s.relation_ended_on, s.reduced_at into v_ended, v_reduced
    from subject s where s.tenant_id = v_tenant and s.id = p_id for update;
  if v_ended is null or is_held(v_tenant, p_id, null)
    or (p_why = 'retention' and v_ended > last_day_over(p_period, p_cutoff)) then
    return 'kept';
  end if;
  v_outcome := case when exists (
    select from verification v where v.tenant_id = v_tenant and v.subject_id = p_id) then 'reduced' else 'deleted' end;
  if v_outcome = 'reduced' and (v_reduced is not null or p_why = 'retention') then
    return 'kept';
  end if;
  delete from key_store.record_key k where k.tenant_id = v_tenant and k.record_id = p_id;
  delete from subject_attributes a where a.tenant_id = v_tenant and a.subject_id = p_id;
  delete from certificate c where c.tenant_id = v_tenant and c.subject_id = p_id;
  if v_outcome = 'deleted' then
    delete from subject s where s.tenant_id = v_tenant and s.id = p_id;
  else
    update subject s set reduced_at = p_at where s.tenant_id = v_tenant and s.id = p_id;
  end if;
  insert into deletion_record (
    tenant_id, id, kind, target, deleted_at, deleted_by, why, request_id, gone_from_backups_on
  ) values (
    v_tenant, p_record_id, case v_outcome when 'deleted' then 'subject' else 'subject-reduced' end, p_id, p_at, p_by,
    p_why, p_request_id, p_gone_on
  );
  return v_outcome;
end;
$$;

revoke execute on function delete_verifications(text[], text[], text, date, timestamptz, text, text, text, date) from public;
revoke execute on function delete_subject(text, text, text, date, timestamptz, text, text, text, date) from public;
