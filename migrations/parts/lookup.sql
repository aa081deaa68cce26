-- The two lookups that must see over tenants, because they are how the tenant is found out.
create policy lookup on tenant for select to current_user using (true);
create policy lookup on client for select to current_user using (true);

-- Authentication: an API key says which client and tenant call. The hash is as unguessable as the key.
create function client_by_key_hash(p_key_hash bytea) returns table (
  tenant_id uuid, tenant_name text, tenant_role text, tenant_status text, policy jsonb,
  client_id text, key_hash bytea, scopes text[], expires_at timestamptz, revoked_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy, c.id, c.key_hash, c.scopes, c.expires_at, c.revoked_at
  from client c join tenant t on t.id = c.tenant_id
  where c.key_hash = p_key_hash;
$$;

-- Administration by the operator, who calls tenants by name.
create function tenant_by_name(p_name text) returns table (id uuid, name text, role text, status text, policy jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy from tenant t where t.name = p_name;
$$;

revoke execute on function client_by_key_hash(bytea) from public;
revoke execute on function tenant_by_name(text) from public;
