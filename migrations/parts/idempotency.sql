-- The advisory lock that requests with one key queue at.
create function key_lock(p_tenant uuid, p_client text, p_operation text, p_key_hash bytea) returns bigint
language sql stable as $$
  select hashtextextended(concat_ws('/', p_tenant, p_client, p_operation, encode(p_key_hash, 'hex')), 0);
$$;

-- The answer that was given first under this key, or none; `is_same`: to the same body. Duplicates at the same time wait for
-- the first to commit. While the key of the hashes is rotated, the answer may be kept under the hash of before.
create function first_answer(p_tenant uuid, p_client text, p_key jsonb, p_at timestamptz)
returns table (key_hash bytea, is_same boolean, answer bytea, answer_ids json)
language plpgsql volatile as $$
begin
  perform hold_hash_epoch(coalesce((p_key ->> 'hashEpoch')::integer, 1));
  perform pg_advisory_xact_lock(
    key_lock(p_tenant, p_client, p_key ->> 'operation', decode(p_key ->> 'keyHash', 'hex')));
  return query
    select k.key_hash, k.body_hash = decode(h.of_body, 'hex'), k.answer, k.answer_ids
    from (values (p_key ->> 'keyHash', p_key ->> 'bodyHash'),
                 (p_key #>> '{before,keyHash}', p_key #>> '{before,bodyHash}')) h(of_key, of_body)
    join idempotency_key k on k.key_hash = decode(h.of_key, 'hex')
    where k.tenant_id = p_tenant and k.client_id = p_client and k.operation = p_key ->> 'operation' and k.expires_at > p_at;
end;
$$;

-- Keeps the answer under its key, in the transaction that made it. The row of an expired key is written over.
create function keep_answer(
  p_tenant uuid, p_client text, p_key jsonb, p_answer bytea, p_answer_ids json, p_at timestamptz
) returns void
language plpgsql volatile as $$
begin
  insert into idempotency_key (
    tenant_id, client_id, operation, key_hash, key_hash_version, body_hash, answer, answer_ids, created_at, expires_at
  ) values (
    p_tenant, p_client, p_key ->> 'operation', decode(p_key ->> 'keyHash', 'hex'), leading_hash_version('lookup'),
    decode(p_key ->> 'bodyHash', 'hex'), p_answer, p_answer_ids, p_at, (p_key ->> 'expiresAt')::timestamptz
  ) on conflict (tenant_id, client_id, operation, key_hash) do update
    set body_hash = excluded.body_hash, answer = excluded.answer, answer_ids = excluded.answer_ids,
        created_at = excluded.created_at, expires_at = excluded.expires_at;
end;
$$;
