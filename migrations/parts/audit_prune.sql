-- Takes away lines of the tenant that is set, older than p_before, to their leaf hashes. SECURITY DEFINER because the
-- application may delete no line; the owner's policy admits none of the last 365 days, whoever asks. Each pruning is
-- told by a line of its own, which commits to what was taken: target is the hash of (batch, position) in order.
create policy prune_delete on audit_line for delete to current_user using (at < now() - interval '365 days');

create function audit_prune(p_before timestamptz, p_limit integer, p_line_id text, p_at timestamptz) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  -- whoever verifies the trail holds every pruning against this, by the signed times of the seals
  v_floor timestamptz := least(p_at, now()) - interval '365 days';
  v_count integer;
  v_target text;
begin
  with old as (
    select l.batch, l.position from audit_line l join audit_seal s on s.batch = l.batch
    where l.tenant_id = v_tenant and l.act <> 'audit.prune' and l.at < least(p_before, v_floor)
      and s.sealed_at < v_floor
    order by l.id limit p_limit
  ), gone as (
    delete from audit_line l using old where l.batch = old.batch and l.position = old.position
    returning l.batch, l.position
  ), noted as (
    insert into audit_pruning (tenant_id, id, batch, positions)
    select v_tenant, p_line_id, batch, array_agg(position order by position) from gone group by batch
  )
  select count(*), encode(sha256(string_agg(int8send(batch) || int4send(position), '' order by batch, position)), 'hex')
    into v_count, v_target from gone;
  if v_count > 0 then
    insert into audit_unsealed (tenant_id, id, at, actor, allowed_by, act, target, count)
      values (v_tenant, p_line_id, p_at, 'system', 'retention', 'audit.prune', v_target, v_count);
  end if;
  return v_count;
end;
$$;

revoke execute on function audit_prune(timestamptz, integer, text, timestamptz) from public;
