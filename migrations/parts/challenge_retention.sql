-- Of the tenant that is set, at most p_limit challenges that expired on the last day whose term is over or before, the
-- oldest first; gives how many. SECURITY DEFINER because the application may delete none; bound to the tenant, to terms by
-- the clock of the database too, as delete_verifications is. One record for a batch: more than the day, the number and the
-- reason would be more than what was deleted.
create function delete_challenges(
  p_record_id text, p_period text, p_cutoff date, p_limit integer,
  p_at timestamptz, p_by text, p_why text, p_gone_on date
) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  v_cutoff date := last_day_over(p_period, p_cutoff);
  v_count integer;
begin
  delete from challenge c using (
    select id from challenge
    where tenant_id = v_tenant and expires_at < ((v_cutoff + 1)::timestamp at time zone 'Asia/Tokyo')
    order by expires_at limit p_limit
  ) old where c.tenant_id = v_tenant and c.id = old.id;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    insert into deletion_record (
      tenant_id, id, kind, target, count, deleted_at, deleted_by, why, gone_from_backups_on
    ) values (v_tenant, p_record_id, 'challenges', v_cutoff::text, v_count, p_at, p_by, p_why, p_gone_on);
  end if;
  return v_count;
end;
$$;

revoke execute on function delete_challenges(text, text, date, integer, timestamptz, text, text, date) from public;

-- What an older replica still calls: by it every tenant's challenges would go a day after they expired, whatever its term.
create or replace function purge_challenges(p_before timestamptz, p_limit integer) returns integer
language sql volatile security definer set search_path = public, pg_temp as $$ select 0 $$;
drop policy purge_read on challenge;
drop policy purge_delete on challenge;
