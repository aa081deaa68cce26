-- The records of some verifications of one tenant, each all or nothing, in one round trip and one commit. Runs with the
-- caller's rights, under row-level security. The arrays have one element for each verification (i); an array that is null
-- has none at all. No two verifications of a call share an Idempotency-Key, a challenge to use up, or a certificate to
-- register or to revoke.
--
-- Nothing is written of a verification unless its outcome is 'recorded'; the other outcomes:
--   replayed           the same Idempotency-Key came first, with the same body: its answer
--   key-reused         … with another body
--   challenge-lost     another verification used the challenge up
--   identity-conflict  the certificate's identity is on file with another DER digest
--   revoked-on-file    the certificate is on file as revoked, and was about to pass
--   not-on-file        the certificate was believed to be on file, and came without what registers it
--
-- Locks are taken in one order (keys, challenges, certificates, each kind sorted), so that two calls never wait for each
-- other. Each step is one statement for all: what a statement costs to start is several times what a row costs. Its plan
-- is made once; from unnest, whose rows it then takes for ten, where it takes those of generate_series for a thousand.
create function record_verifications(
  p_tenant uuid,
  p_operation text,
  p_id text[],
  p_client_id text[],
  p_request_id text[],
  p_verified_at timestamptz[],
  p_purpose text[],
  p_format text[],
  p_reference_mac bytea[],
  p_reference bytea[],
  p_indication text[],
  p_sub_indication text[],
  p_retryable boolean[],
  p_report text[],
  p_attributes bytea[],
  -- evidence
  p_container text[],
  p_signature bytea[],
  p_content bytea[],
  p_signer_certificate bytea[],
  p_ocsp_response bytea[],
  p_crl text[],
  p_settings text[],
  p_said_good boolean[],
  -- the six ids that events may need, parted by a space
  p_event_ids text[],
  -- the audit line: its id, the scope that let the request in, and where it came from
  p_audit_id text[],
  p_allowed_by text[],
  p_from_address text[],
  -- the Idempotency-Key
  p_key_hash bytea[],
  p_body_hash bytea[],
  p_key_expires_at timestamptz[],
  p_answer bytea[],
  -- the challenge, and whether it is to be used up
  p_challenge_id text[],
  p_claims_challenge boolean[],
  -- the certificate: its identity, whether it should be on file already or how it comes there (JSON), and its revocation as found now
  p_issuer_key_sha256 bytea[],
  p_serial_match bytea[],
  p_certificate_sha256 bytea[],
  p_believed_on_file boolean[],
  p_registration text[],
  p_serial_number bytea[],
  p_subject_attributes bytea[],
  p_revoked_at timestamptz[],
  p_revocation_reason text[],
  -- the keys of the hashes above (see hold_hash_epoch); while one is rotated, the hashes under the key of before
  p_hash_epoch integer default 1,
  p_key_hash_before bytea[] default null,
  p_body_hash_before bytea[] default null,
  p_serial_match_before bytea[] default null,
  -- the wrapped keys of the records: the verification's, and the new subject's; none from replicas of before
  p_record_key bytea[] default null,
  p_subject_key bytea[] default null
) returns table (
  outcome text,
  certificate_id text,
  subject_id text,
  subject_is_new boolean,
  answer bytea,
  answer_ids json,
  revoked_at timestamptz,
  revocation_reason text,
  key_hash bytea
)
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_count integer := cardinality(p_id);
  v_outcome text[] := array_fill('recorded'::text, array[v_count]);
  -- those that nothing has kept from being recorded so far
  v_left integer[] := array_fill(0, array[v_count]);
  v_certificate_id text[] := array_fill(null::text, array[v_count]);
  -- whom the certificate belongs to; and who passed
  v_holder_id text[] := array_fill(null::text, array[v_count]);
  v_subject_id text[] := array_fill(null::text, array[v_count]);
  v_subject_is_new boolean[] := array_fill(null::boolean, array[v_count]);
  v_certificate_event text[] := array_fill(null::text, array[v_count]);
  v_answer bytea[] := array_fill(null::bytea, array[v_count]);
  v_key_hash bytea[];
  v_answer_ids json[] := array_fill(null::json, array[v_count]);
  v_revoked_at timestamptz[] := array_fill(null::timestamptz, array[v_count]);
  v_revocation_reason text[] := array_fill(null::text, array[v_count]);
  v_unused text[];
  v_registered text[] := '{}';
  v_revoked text[] := '{}';
  v_tenant_set text := set_config('app.tenant', p_tenant::text, true);
  v_epoch integer;
  v_lookup_version smallint;
  -- as hold_hash_epoch does, which would cost as much as another statement
  v_epoch_held text := pg_advisory_xact_lock_shared(7156041928033018)::text;
  r record;
begin
  select h.epoch, h.lookup_version into v_epoch, v_lookup_version from hash_epoch h;
  if p_hash_epoch is distinct from v_epoch then
    raise exception 'hash keys are no longer those in use' using errcode = 'JP001';
  end if;
  for i in 1 .. v_count loop
    v_left[i] := i;
  end loop;

  if p_key_hash is not null then
    perform pg_advisory_xact_lock(k.lock) from (
      select key_lock(p_tenant, p_client_id[i], p_operation, p_key_hash[i]) as lock
      from unnest(v_left) i where p_key_hash[i] is not null order by 1
    ) k;
    for r in
      select i, k.body_hash = case k.key_hash when p_key_hash[i] then p_body_hash[i] else p_body_hash_before[i] end as is_same,
        k.answer, k.answer_ids, k.key_hash
      from unnest(v_left) i
      join idempotency_key k on k.tenant_id = p_tenant and k.client_id = p_client_id[i] and k.operation = p_operation
        and k.key_hash = any (array[p_key_hash[i], p_key_hash_before[i]]) and k.expires_at > p_verified_at[i]
    loop
      v_outcome[r.i] := case when r.is_same then 'replayed' else 'key-reused' end;
      v_left := array_remove(v_left, r.i);
      if r.is_same then
        v_answer[r.i] := r.answer;
        v_answer_ids[r.i] := r.answer_ids;
        v_key_hash[r.i] := r.key_hash;
      end if;
    end loop;
  end if;

  if p_claims_challenge is not null then
    v_unused := array(
      select c.id from challenge c
      where c.tenant_id = p_tenant and c.used_at is null
        and c.id = any (array(select p_challenge_id[i] from unnest(v_left) i where p_claims_challenge[i]))
      order by c.id for update);
    for i in 1 .. v_count loop
      if p_claims_challenge[i] and v_outcome[i] = 'recorded' and p_challenge_id[i] <> all (v_unused) then
        v_outcome[i] := 'challenge-lost';
        v_left := array_remove(v_left, i);
      end if;
    end loop;
  end if;

  if p_registration is not null then
    with unknown as materialized (
      select i from unnest(v_left) i
      where p_registration[i] is not null and not exists (
        select from certificate c where c.tenant_id = p_tenant and c.issuer_key_sha256 = p_issuer_key_sha256[i]
          and c.serial_match = any (array[p_serial_match[i], p_serial_match_before[i]]))
    ), registered as (
      insert into certificate (
        tenant_id, id, subject_id, issuer_key_sha256, serial_match, serial_number, serial_number_mac, certificate_sha256,
        kind, medium, generation, policy, not_before, not_after, distribution_point, created_at,
        serial_match_version, serial_number_mac_version
      ) select
        p_tenant, n."certificateId", n."subjectId", p_issuer_key_sha256[i], p_serial_match[i], p_serial_number[i],
        decode(n."serialNumberMac", 'hex'), p_certificate_sha256[i], n.kind, n.medium, n.generation, n.policy,
        n."notBefore", n."notAfter", decode(n."distributionPoint", 'hex'), p_verified_at[i],
        (select leading_hash_version('serial-match')), (select leading_hash_version('serial-number-mac'))
      from unknown, json_to_record(p_registration[i]::json) as n (
        "certificateId" text, "subjectId" text, "serialNumberMac" text, kind text, medium text, generation integer,
        policy text, "notBefore" timestamptz, "notAfter" timestamptz, "distributionPoint" text)
      order by p_issuer_key_sha256[i], p_serial_match[i]
      on conflict on constraint certificate_identity do nothing
      returning id
    )
    select coalesce(array_agg(id), '{}') into v_registered from registered;
  end if;

  if p_serial_match is not null then
    for r in
      select i, c.id, c.subject_id, c.certificate_sha256 = p_certificate_sha256[i] as is_same,
        p_indication[i] = 'TOTAL-PASSED' as passed, c.revocation_found_at, c.revoked_at, c.revocation_reason
      from unnest(v_left) i
      left join certificate c on c.tenant_id = p_tenant and c.issuer_key_sha256 = p_issuer_key_sha256[i]
        and c.serial_match = any (array[p_serial_match[i], p_serial_match_before[i]])
      where p_serial_match[i] is not null
    loop
      if r.id is null then
        if p_believed_on_file[r.i] then
          v_outcome[r.i] := 'not-on-file';
        end if;
      elsif r.passed and not r.is_same then
        v_outcome[r.i] := 'identity-conflict';
      elsif r.passed and r.revocation_found_at is not null then
        v_outcome[r.i] := 'revoked-on-file';
        -- found revoked without a date: at the latest when it was found
        v_revoked_at[r.i] := coalesce(r.revoked_at, r.revocation_found_at);
        v_revocation_reason[r.i] := r.revocation_reason;
      elsif not r.is_same then
        v_certificate_event[r.i] := 'certificate.identity-conflict';
      else
        v_certificate_id[r.i] := r.id;
        v_holder_id[r.i] := r.subject_id;
        if r.passed then
          v_subject_id[r.i] := r.subject_id;
          v_subject_is_new[r.i] := r.id = any (v_registered);
        elsif r.revocation_found_at is not null and p_said_good[r.i] then
          v_certificate_event[r.i] := 'certificate.good-after-revoked';
        end if;
      end if;
      if v_outcome[r.i] <> 'recorded' then
        v_left := array_remove(v_left, r.i);
      end if;
    end loop;
  end if;

  if cardinality(v_registered) > 0 then
    insert into subject (tenant_id, id, created_at)
      select p_tenant, v_subject_id[i], p_verified_at[i]
      from unnest(v_left) i where v_subject_is_new[i];
    insert into key_store.record_key (tenant_id, record_id, purpose, wrapped)
      select p_tenant, v_subject_id[i], 'attributes', p_subject_key[i]
      from unnest(v_left) i where v_subject_is_new[i] and p_subject_key[i] is not null;
    insert into subject_attributes (
      tenant_id, id, subject_id, certificate_id, verification_id, attributes, valid_from, recorded_at
    ) select
      p_tenant, n."attributesId", v_subject_id[i], v_certificate_id[i], p_id[i], p_subject_attributes[i], n."notBefore",
      p_verified_at[i]
    from unnest(v_left) i,
      json_to_record(p_registration[i]::json) as n ("attributesId" text, "notBefore" timestamptz)
    where v_subject_is_new[i] and p_subject_attributes[i] is not null;
  end if;

  if p_revoked_at is not null then
    perform 1 from certificate c
      where c.tenant_id = p_tenant and c.id = any (array(
        select v_certificate_id[i] from unnest(v_left) i where p_revoked_at[i] is not null))
      order by c.id for update;
    with found as (
      update certificate c
        set revoked_at = p_revoked_at[i], revocation_reason = p_revocation_reason[i], revocation_found_at = p_verified_at[i]
        from unnest(v_left) i
        where c.tenant_id = p_tenant and c.id = v_certificate_id[i] and c.revocation_found_at is null
          and p_revoked_at[i] is not null
        returning c.id
    )
    select coalesce(array_agg(id), '{}') into v_revoked from found;
  end if;

  if p_claims_challenge is not null then
    update challenge c set used_at = p_verified_at[i], used_by = p_id[i]
      from unnest(v_left) i
      where c.tenant_id = p_tenant and c.id = p_challenge_id[i] and p_claims_challenge[i];
  end if;

  insert into verification (
    tenant_id, id, client_id, request_id, reference_mac, reference, purpose, format, challenge_id, verified_at,
    indication, sub_indication, retryable, certificate_id, subject_id, subject_is_new, report, attributes,
    reference_mac_version
  ) select
    p_tenant, p_id[i], p_client_id[i], p_request_id[i], p_reference_mac[i], p_reference[i], p_purpose[i], p_format[i],
    p_challenge_id[i], p_verified_at[i], p_indication[i], p_sub_indication[i], p_retryable[i], v_certificate_id[i],
    v_subject_id[i], v_subject_is_new[i], p_report[i], p_attributes[i],
    case when p_reference_mac[i] is not null then v_lookup_version end
  from unnest(v_left) i;

  insert into evidence (
    tenant_id, verification_id, container, signature, content, certificate, ocsp_response, crl, settings
  ) select
    p_tenant, p_id[i], p_container[i], p_signature[i], p_content[i], p_signer_certificate[i], p_ocsp_response[i],
    p_crl[i], p_settings[i]
  from unnest(v_left) i;

  insert into key_store.record_key (tenant_id, record_id, purpose, wrapped)
    select p_tenant, p_id[i], 'evidence', p_record_key[i] from unnest(v_left) i where p_record_key[i] is not null;

  insert into event (
    tenant_id, id, type, occurred_at, client_id, request_id, challenge_id, verification_id, certificate_id, subject_id
  ) select
    p_tenant, split_part(p_event_ids[i], ' ', e.place), e.type, p_verified_at[i], p_client_id[i], p_request_id[i],
    p_challenge_id[i], p_id[i], v_certificate_id[i], v_holder_id[i]
  from unnest(v_left) i, lateral (values
    (1, 'verification.completed', true),
    (2, v_certificate_event[i], v_certificate_event[i] is not null),
    (3, 'subject.created', v_subject_is_new[i]),
    (4, 'certificate.registered', v_subject_is_new[i]),
    (5, 'certificate.revoked', p_revoked_at[i] is not null and v_certificate_id[i] = any (v_revoked)),
    (6, 'challenge.used', p_claims_challenge[i])
  ) e (place, type, happened)
  where e.happened;

  insert into audit_unsealed (tenant_id, id, at, actor, allowed_by, act, target, from_address, request_id)
    select p_tenant, p_audit_id[i], p_verified_at[i], 'client:' || p_client_id[i], p_allowed_by[i],
      'verification.perform', p_id[i], p_from_address[i], p_request_id[i]
    from unnest(v_left) i;

  if p_key_hash is not null then
    for i in 1 .. v_count loop
      if v_outcome[i] = 'recorded' then
        v_answer_ids[i] := json_build_object(
          'certificateId', v_certificate_id[i], 'subjectId', v_subject_id[i], 'subjectIsNew', v_subject_is_new[i]);
      end if;
    end loop;
    insert into idempotency_key (
      tenant_id, client_id, operation, key_hash, key_hash_version, body_hash, answer, answer_ids, created_at, expires_at
    ) select
      p_tenant, p_client_id[i], p_operation, p_key_hash[i], v_lookup_version, p_body_hash[i], p_answer[i], v_answer_ids[i],
      p_verified_at[i], p_key_expires_at[i]
    from unnest(v_left) i where p_key_hash[i] is not null
    on conflict on constraint idempotency_key_pkey do update
      set body_hash = excluded.body_hash, answer = excluded.answer, answer_ids = excluded.answer_ids,
          created_at = excluded.created_at, expires_at = excluded.expires_at;
  end if;

  return query
    select v_outcome[i], v_certificate_id[i], v_subject_id[i], v_subject_is_new[i], v_answer[i], v_answer_ids[i],
      v_revoked_at[i], v_revocation_reason[i], v_key_hash[i]
    from generate_series(1, v_count) i order by i;
end;
$$;
