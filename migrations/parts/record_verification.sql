-- The record of one verification, all or nothing, in one round trip. Runs with the caller's rights, under row-level
-- security. Nothing is written unless the outcome is 'recorded'; the other outcomes:
--   replayed           the same Idempotency-Key came first, with the same body: its answer
--   key-reused         … with another body
--   challenge-lost     another verification used the challenge up
--   identity-conflict  the certificate's identity is on file with another DER digest
--   revoked-on-file    the certificate is on file as revoked, and was about to pass
-- Locks are taken in one order (key, challenge, certificate), so that two records never wait for each other.
create function record_verification(
  p_tenant uuid,
  p_facts jsonb,
  p_report text,
  p_reference bytea,
  p_attributes bytea,
  p_signature bytea,
  p_content bytea,
  p_signer_certificate bytea,
  p_ocsp_response bytea,
  p_serial_number bytea,
  p_subject_attributes bytea,
  p_answer bytea
) returns table (
  outcome text,
  certificate_id text,
  subject_id text,
  subject_is_new boolean,
  answer bytea,
  answer_ids json,
  revoked_at timestamptz,
  revocation_reason text
)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  v_key jsonb := nullif(p_facts -> 'idempotency', 'null');
  v_identity jsonb := nullif(p_facts -> 'identity', 'null');
  v_register jsonb := nullif(p_facts -> 'register', 'null');
  v_revoked jsonb := nullif(p_facts -> 'revoked', 'null');
  v_id text := p_facts ->> 'verificationId';
  v_client text := p_facts ->> 'clientId';
  v_challenge text := p_facts ->> 'challengeId';
  v_claim boolean := (p_facts ->> 'claimChallenge')::boolean;
  v_passed boolean := p_facts ->> 'indication' = 'TOTAL-PASSED';
  v_at timestamptz := (p_facts ->> 'verifiedAt')::timestamptz;
  v_first idempotency_key;
  v_certificate certificate;
  v_is_new boolean := false;
  v_events text[] := array['verification.completed'];
begin
  perform set_config('app.tenant', p_tenant::text, true);

  if v_key is not null then
    select * into v_first from first_answer(p_tenant, v_client, v_key, v_at);
    if found then
      if v_first.body_hash = decode(v_key ->> 'bodyHash', 'hex') then
        outcome := 'replayed';
        answer := v_first.answer;
        answer_ids := v_first.answer_ids;
      else
        outcome := 'key-reused';
      end if;
      return next;
      return;
    end if;
  end if;

  if v_claim then
    perform 1 from challenge c where c.tenant_id = p_tenant and c.id = v_challenge and c.used_at is null for update;
    if not found then
      outcome := 'challenge-lost';
      return next;
      return;
    end if;
  end if;

  if v_register is not null then
    insert into certificate (
      tenant_id, id, subject_id, issuer_key_sha256, serial_match, serial_number, serial_number_mac, certificate_sha256,
      kind, medium, generation, policy, not_before, not_after, distribution_point, created_at
    ) values (
      p_tenant, v_register ->> 'certificateId', v_register ->> 'subjectId',
      decode(v_identity ->> 'issuerKeySha256', 'hex'), decode(v_identity ->> 'serialMatch', 'hex'), p_serial_number,
      decode(v_register ->> 'serialNumberMac', 'hex'), decode(v_identity ->> 'certificateSha256', 'hex'),
      v_register ->> 'kind', v_register ->> 'medium', (v_register ->> 'generation')::integer, v_register ->> 'policy',
      (v_register ->> 'notBefore')::timestamptz, (v_register ->> 'notAfter')::timestamptz,
      decode(v_register ->> 'distributionPoint', 'hex'), v_at
    ) on conflict on constraint certificate_identity do nothing
    returning * into v_certificate;
    v_is_new := found;
  end if;

  if v_identity is not null and not v_is_new then
    select c.* into v_certificate from certificate c
      where c.tenant_id = p_tenant
        and c.issuer_key_sha256 = decode(v_identity ->> 'issuerKeySha256', 'hex')
        and c.serial_match = decode(v_identity ->> 'serialMatch', 'hex');
    if found and v_certificate.certificate_sha256 <> decode(v_identity ->> 'certificateSha256', 'hex') then
      if v_passed then
        outcome := 'identity-conflict';
        return next;
        return;
      end if;
      v_events := v_events || 'certificate.identity-conflict'::text;
      v_certificate := null;
    end if;
    if v_certificate.revocation_found_at is not null then
      if v_passed then
        outcome := 'revoked-on-file';
        -- found revoked without a date: at the latest when it was found
        revoked_at := coalesce(v_certificate.revoked_at, v_certificate.revocation_found_at);
        revocation_reason := v_certificate.revocation_reason;
        return next;
        return;
      end if;
      if (p_facts ->> 'saidGood')::boolean then
        v_events := v_events || 'certificate.good-after-revoked'::text;
      end if;
    end if;
  end if;

  if v_is_new then
    insert into subject (tenant_id, id, created_at) values (p_tenant, v_certificate.subject_id, v_at);
    if p_subject_attributes is not null then
      insert into subject_attributes (
        tenant_id, id, subject_id, certificate_id, verification_id, attributes, valid_from, recorded_at
      ) values (
        p_tenant, v_register ->> 'attributesId', v_certificate.subject_id, v_certificate.id, v_id,
        p_subject_attributes, v_certificate.not_before, v_at
      );
    end if;
    v_events := v_events || array['subject.created', 'certificate.registered'];
  end if;

  if v_revoked is not null and v_certificate.id is not null then
    update certificate c
      set revoked_at = (v_revoked ->> 'revokedAt')::timestamptz,
          revocation_reason = v_revoked ->> 'reason',
          revocation_found_at = v_at
      where c.tenant_id = p_tenant and c.id = v_certificate.id and c.revocation_found_at is null;
    if found then
      v_events := v_events || 'certificate.revoked'::text;
    end if;
  end if;

  if v_claim then
    update challenge c set used_at = v_at, used_by = v_id where c.tenant_id = p_tenant and c.id = v_challenge;
    v_events := v_events || 'challenge.used'::text;
  end if;

  outcome := 'recorded';
  certificate_id := v_certificate.id;
  if v_passed and v_certificate.id is not null then
    subject_id := v_certificate.subject_id;
    subject_is_new := v_is_new;
  end if;

  insert into verification (
    tenant_id, id, client_id, request_id, reference_mac, reference, purpose, format, challenge_id, verified_at,
    indication, sub_indication, retryable, certificate_id, subject_id, subject_is_new, report, attributes
  ) select
    p_tenant, v_id, v_client, p_facts ->> 'requestId', decode(p_facts ->> 'referenceMac', 'hex'), p_reference,
    p_facts ->> 'purpose', p_facts ->> 'format', v_challenge, v_at,
    p_facts ->> 'indication', p_facts ->> 'subIndication', (p_facts ->> 'retryable')::boolean, record_verification.certificate_id,
    record_verification.subject_id, record_verification.subject_is_new, p_report::json, p_attributes;
  insert into evidence (
    tenant_id, verification_id, container, signature, content, certificate, ocsp_response, crl, settings
  ) values (
    p_tenant, v_id, (p_facts #> '{evidence,container}')::json, p_signature, p_content, p_signer_certificate,
    p_ocsp_response, nullif(p_facts #> '{evidence,crl}', 'null')::json, (p_facts #> '{evidence,settings}')::json
  );
  insert into event (
    tenant_id, id, type, occurred_at, client_id, request_id, challenge_id, verification_id, certificate_id, subject_id
  ) select
    p_tenant, p_facts -> 'eventIds' ->> (n - 1)::integer, type, v_at, v_client, p_facts ->> 'requestId', v_challenge,
    v_id, v_certificate.id, v_certificate.subject_id
  from unnest(v_events) with ordinality as e (type, n);
  if v_key is not null then
    answer_ids := json_build_object(
      'certificateId', record_verification.certificate_id,
      'subjectId', record_verification.subject_id,
      'subjectIsNew', record_verification.subject_is_new);
    perform keep_answer(p_tenant, v_client, v_key, p_answer, answer_ids, v_at);
  end if;
  return next;
end;
$$;
