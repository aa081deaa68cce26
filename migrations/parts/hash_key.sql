-- Whoever stores or looks for a hash says under which epoch's keys it was made. While it is at it the states cannot change;
-- where they have changed nothing is done (SQLSTATE JP001): the caller loads the keys anew and tries again. So no hash is
-- stored under a key that nobody looks for any more, and none is looked for under too few keys.
create function hold_hash_epoch(p_epoch integer) returns void
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(7156041928033018);
  if p_epoch is distinct from (select h.epoch from hash_epoch h) then
    raise exception 'hash keys are no longer those in use' using errcode = 'JP001';
  end if;
end;
$$;

-- Of the key that leads; null for the first.
create function leading_hash_version(p_purpose text) returns smallint
language sql stable as $$
  select nullif(h.version, 1::smallint) from hash_key h where h.purpose = p_purpose and h.state = 'leads';
$$;

-- Is the rotation on in which hashes come under that version? Asked by the functions below, which the application may call.
create function is_rehashing(p_purpose text, p_version integer) returns boolean
language sql stable as $$
  select exists (select from hash_key h where h.purpose = p_purpose and h.state = 'leads' and h.version = p_version)
     and exists (select from hash_key h where h.purpose = p_purpose and h.state = 'before');
$$;

-- An API key is known when it is used: from then on it is kept under the key that leads. Over tenants, because the key is
-- how the tenant is found out. The owner's rights, because the application's login cannot alter a key.
create function move_client_key(p_before bytea, p_hash bytea, p_epoch integer) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform hold_hash_epoch(p_epoch);
  update client_key set key_hash = p_hash, key_hash_version = leading_hash_version('api-key')
    where key_hash = p_before and exists (select from hash_key h where h.purpose = 'api-key' and h.state = 'before');
end;
$$;
create policy rehash on client_key for update to current_user using (true) with check (true);

-- The hashes of a tenant's rows under the key that leads, computed by the application, which alone opens what they are
-- of. Each only where it is the one that was read. Gives how many were altered.
create function move_hashes(
  p_purpose text, p_version integer, p_ids text[], p_before bytea[], p_hashes bytea[]
) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_count integer;
begin
  if not is_rehashing(p_purpose, p_version) then
    return 0;
  end if;
  if p_purpose = 'serial-match' then
    update certificate c set serial_match = n.hash, serial_match_version = p_version
      from unnest(p_ids, p_before, p_hashes) n(id, before, hash)
      where c.tenant_id = current_setting('app.tenant')::uuid and c.id = n.id and c.serial_match = n.before;
  elsif p_purpose = 'serial-number-mac' then
    update certificate c set serial_number_mac = n.hash, serial_number_mac_version = p_version
      from unnest(p_ids, p_before, p_hashes) n(id, before, hash)
      where c.tenant_id = current_setting('app.tenant')::uuid and c.id = n.id and c.serial_number_mac = n.before;
  elsif p_purpose = 'lookup' then
    update verification v set reference_mac = n.hash, reference_mac_version = p_version
      from unnest(p_ids, p_before, p_hashes) n(id, before, hash)
      where v.tenant_id = current_setting('app.tenant')::uuid and v.id = n.id and v.reference_mac = n.before;
  end if;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

-- Clients whose API key was not used since the rotation began, and is still good: how many there are must be known over all
-- tenants before the former key is retired.
create function clients_under_former_key(p_at timestamptz, p_limit integer) returns table (tenant text, client_id text)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.name, c.id from client_key k
    join client c on c.tenant_id = k.tenant_id and c.id = k.client_id
    join tenant t on t.id = k.tenant_id
    where coalesce(k.key_hash_version, 1) = (select h.version from hash_key h where h.purpose = 'api-key' and h.state = 'before')
      and (k.ends_at is null or k.ends_at > p_at) and c.revoked_at is null and (c.expires_at is null or c.expires_at > p_at)
    order by 1, 2 limit p_limit;
$$;

-- The end of a rotation: the former key is looked for no longer and forgotten. Waits for what is under way, but not for
-- long, because others then wait behind it.
create function retire_hash_key(p_purpose text) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp set lock_timeout = '3s' as $$
begin
  perform pg_advisory_xact_lock(7156041928033018);
  update hash_key set state = 'retired', wrapped_key = null, retired_at = clock_timestamp()
    where purpose = p_purpose and state = 'before';
  if not found then
    return false;
  end if;
  update hash_epoch set epoch = epoch + 1;
  return true;
end;
$$;

-- Is an answer kept under the former key of Idempotency-Keys? They expire after a day.
create function answers_under_former_key(p_at timestamptz) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from idempotency_key k
    where coalesce(k.key_hash_version, 1) < (select h.version from hash_key h where h.purpose = 'lookup' and h.state = 'leads')
      and k.expires_at > p_at);
$$;
create policy hash_rotation on idempotency_key for select to current_user using (true);

revoke execute on function move_client_key(bytea, bytea, integer) from public;
revoke execute on function move_hashes(text, integer, text[], bytea[], bytea[]) from public;
revoke execute on function clients_under_former_key(timestamptz, integer) from public;
revoke execute on function retire_hash_key(text) from public;
revoke execute on function answers_under_former_key(timestamptz) from public;
