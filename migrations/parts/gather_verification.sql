-- What a verification needs to know beforehand, in one round trip: its challenge, and the answer already given under its
-- Idempotency-Key. One row, its halves null where there is nothing.
create function gather_verification(
  p_tenant uuid, p_challenge text, p_client text, p_operation text, p_key_hash bytea, p_at timestamptz,
  p_key_hash_before bytea default null
) returns table (
  challenge_kind text,
  challenge_purpose text,
  challenge_content bytea,
  challenge_issued_at timestamptz,
  challenge_expires_at timestamptz,
  challenge_used_at timestamptz,
  key_hash bytea,
  body_hash bytea,
  answer bytea,
  answer_ids json
)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform set_config('app.tenant', p_tenant::text, true);
  return query
    select c.kind, c.purpose, c.content, c.issued_at, c.expires_at, c.used_at, k.key_hash, k.body_hash, k.answer, k.answer_ids
    from (values (1)) one
    left join challenge c on c.tenant_id = p_tenant and c.id = p_challenge
    left join idempotency_key k on k.tenant_id = p_tenant and k.client_id = p_client and k.operation = p_operation
      and k.key_hash = any (array[p_key_hash, p_key_hash_before]) and k.expires_at > p_at;
end;
$$;
