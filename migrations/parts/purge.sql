-- Sweeps over all tenants. Each takes a bounded batch; a replica that finds another one at it does nothing.
-- SECURITY DEFINER because a sweep belongs to no tenant; it can delete what is past its time and nothing else: the
-- owner's policies admit no other rows.
create policy purge_read on challenge for select to current_user using (expires_at < now());
create policy purge_delete on challenge for delete to current_user using (expires_at < now());
create policy purge_read on idempotency_key for select to current_user using (expires_at < now());
create policy purge_delete on idempotency_key for delete to current_user using (expires_at < now());

create function purge_challenges(p_before timestamptz, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare v_count integer;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('purge_challenges', 0)) then return 0; end if;
  delete from challenge c using (
    select tenant_id, id from challenge where expires_at < least(p_before, now()) order by expires_at limit p_limit
  ) old where c.tenant_id = old.tenant_id and c.id = old.id;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

create function purge_idempotency_keys(p_before timestamptz, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare v_count integer;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('purge_idempotency_keys', 0)) then return 0; end if;
  delete from idempotency_key k using (
    select tenant_id, client_id, operation, key_hash from idempotency_key
    where expires_at < least(p_before, now()) order by expires_at limit p_limit
  ) old where k.tenant_id = old.tenant_id and k.client_id = old.client_id and k.operation = old.operation
    and k.key_hash = old.key_hash;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

revoke execute on function purge_challenges(timestamptz, integer) from public;
revoke execute on function purge_idempotency_keys(timestamptz, integer) from public;
