-- The advisory lock that requests with one key queue at.
create function key_lock(p_tenant uuid, p_client text, p_operation text, p_key_hash bytea) returns bigint
language sql stable as $$
  select hashtextextended(concat_ws('/', p_tenant, p_client, p_operation, encode(p_key_hash, 'hex')), 0);
$$;

-- The answer that was given first under this key, or none. Duplicates at the same time wait for the first to commit.
create function first_answer(p_tenant uuid, p_client text, p_key jsonb, p_at timestamptz)
returns setof idempotency_key
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(
    key_lock(p_tenant, p_client, p_key ->> 'operation', decode(p_key ->> 'keyHash', 'hex')));
  return query select k.* from idempotency_key k
    where k.tenant_id = p_tenant and k.client_id = p_client and k.operation = p_key ->> 'operation'
      and k.key_hash = decode(p_key ->> 'keyHash', 'hex') and k.expires_at > p_at;
end;
$$;

-- Keeps the answer under its key, in the transaction that made it. The row of an expired key is written over.
create function keep_answer(
  p_tenant uuid, p_client text, p_key jsonb, p_answer bytea, p_answer_ids json, p_at timestamptz
) returns void
language sql volatile as $$
  insert into idempotency_key (
    tenant_id, client_id, operation, key_hash, body_hash, answer, answer_ids, created_at, expires_at
  ) values (
    p_tenant, p_client, p_key ->> 'operation', decode(p_key ->> 'keyHash', 'hex'), decode(p_key ->> 'bodyHash', 'hex'),
    p_answer, p_answer_ids, p_at, (p_key ->> 'expiresAt')::timestamptz
  ) on conflict (tenant_id, client_id, operation, key_hash) do update
    set body_hash = excluded.body_hash, answer = excluded.answer, answer_ids = excluded.answer_ids,
        created_at = excluded.created_at, expires_at = excluded.expires_at;
$$;
