-- The record of one issued challenge, in one round trip, with its Idempotency-Key. Outcomes as in record_verifications.
create function record_challenge(p_tenant uuid, p_facts jsonb, p_content bytea, p_answer bytea)
returns table (outcome text, answer bytea, key_hash bytea)
language plpgsql volatile as $$
declare
  v_key jsonb := nullif(p_facts -> 'idempotency', 'null');
  v_client text := p_facts ->> 'clientId';
  v_at timestamptz := (p_facts ->> 'issuedAt')::timestamptz;
  v_first record;
begin
  perform set_config('app.tenant', p_tenant::text, true);
  if v_key is not null then
    select * into v_first from first_answer(p_tenant, v_client, v_key, v_at);
    if found then
      if v_first.is_same then
        insert into audit_unsealed (tenant_id, id, at, actor, allowed_by, act, outcome, from_address, request_id)
          values (p_tenant, p_facts ->> 'auditId', v_at, 'client:' || v_client, p_facts ->> 'allowedBy', 'challenge.issue',
                  'replayed', p_facts ->> 'fromAddress', p_facts ->> 'requestId');
        return query select 'replayed', v_first.answer, v_first.key_hash;
      else
        return query select 'key-reused', null::bytea, null::bytea;
      end if;
      return;
    end if;
    perform keep_answer(p_tenant, v_client, v_key, p_answer, '{}', v_at);
  end if;
  insert into challenge (tenant_id, id, client_id, kind, purpose, content, issued_at, expires_at)
    values (p_tenant, p_facts ->> 'challengeId', v_client, p_facts ->> 'kind', p_facts ->> 'purpose', p_content, v_at,
            (p_facts ->> 'expiresAt')::timestamptz);
  insert into event (tenant_id, id, type, occurred_at, client_id, request_id, challenge_id)
    values (p_tenant, p_facts ->> 'eventId', 'challenge.issued', v_at, v_client, p_facts ->> 'requestId',
            p_facts ->> 'challengeId');
  insert into audit_unsealed (tenant_id, id, at, actor, allowed_by, act, target, from_address, request_id)
    values (p_tenant, p_facts ->> 'auditId', v_at, 'client:' || v_client, p_facts ->> 'allowedBy', 'challenge.issue',
            p_facts ->> 'challengeId', p_facts ->> 'fromAddress', p_facts ->> 'requestId');
  return query select 'recorded', null::bytea, null::bytea;
end;
$$;
