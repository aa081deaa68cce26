-- The lookups that must see over tenants, because they are how the tenant is found out.
create policy lookup on tenant for select to current_user using (true);
create policy lookup on client for select to current_user using (true);
create policy lookup on client_key for select to current_user using (true);

-- Authentication: an API key says which client and tenant call. The hash is as unguessable as the key.
create function client_by_key_hash(p_key_hash bytea) returns table (
  tenant_id uuid, tenant_name text, tenant_role text, tenant_status text, policy jsonb,
  client_id text, scopes text[], certificate_sha256 bytea, last_used_at timestamptz,
  expires_at timestamptz, revoked_at timestamptz, key_hash bytea, key_ends_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy, c.id, c.scopes, c.certificate_sha256, c.last_used_at,
         c.expires_at, c.revoked_at, k.key_hash, k.ends_at
  from client_key k
  join client c on c.tenant_id = k.tenant_id and c.id = k.client_id
  join tenant t on t.id = k.tenant_id
  where k.key_hash = p_key_hash;
$$;

-- Authentication: a verified access token names the client by its id at the authorization server.
create function client_by_external_id(p_external_id text) returns table (
  tenant_id uuid, tenant_name text, tenant_role text, tenant_status text, policy jsonb,
  client_id text, scopes text[], certificate_sha256 bytea, last_used_at timestamptz,
  expires_at timestamptz, revoked_at timestamptz, key_hash bytea, key_ends_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy, c.id, c.scopes, c.certificate_sha256, c.last_used_at,
         c.expires_at, c.revoked_at, null::bytea, null::timestamptz
  from client c join tenant t on t.id = c.tenant_id
  where c.external_id = p_external_id
  order by c.revoked_at desc nulls first limit 1;
$$;

-- Administration by the operator, who calls tenants by name.
create function tenant_by_name(p_name text) returns table (
  id uuid, name text, role text, status text, policy jsonb, authority jsonb, created_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy, t.authority, t.created_at from tenant t where t.name = p_name;
$$;

-- Administration by the operator, who sees every tenant.
create function list_tenants(p_after text, p_limit integer) returns table (
  id uuid, name text, role text, status text, policy jsonb, authority jsonb, created_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.role, t.status, t.policy, t.authority, t.created_at
  from tenant t where t.name > p_after order by t.name limit p_limit;
$$;

revoke execute on function client_by_key_hash(bytea) from public;
revoke execute on function client_by_external_id(text) from public;
revoke execute on function tenant_by_name(text) from public;
revoke execute on function list_tenants(text, integer) from public;

-- When a client called last: by the minute, so that many calls write once.
create function record_client_use(p_tenant uuid, p_client text, p_at timestamptz) returns void
language plpgsql volatile as $$
begin
  perform set_config('app.tenant', p_tenant::text, true);
  update client set last_used_at = p_at
    where tenant_id = p_tenant and id = p_client
      and (last_used_at is null or last_used_at <= p_at - interval '1 minute');
end;
$$;
