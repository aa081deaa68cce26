import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** What was judged, as answered, and the evidence to judge it again. Certificate and subject ids are as of then. */
export async function up(knex) {
  await knex.raw(`
    create table verification (
      tenant_id uuid not null references tenant (id),
      id text not null,
      client_id text not null,
      request_id text not null,
      reference_mac bytea,
      reference bytea,
      purpose text not null,
      format text not null,
      challenge_id text,
      verified_at timestamptz not null,
      indication text not null check (indication in ('TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE')),
      sub_indication text check (indication <> 'TOTAL-PASSED' or sub_indication is null),
      retryable boolean not null,
      certificate_id text,
      subject_id text,
      subject_is_new boolean,
      report json not null,
      attributes bytea,
      primary key (tenant_id, id)
    );
    comment on column verification.reference is 'the caller''s own key, encrypted: it may be an account number or an address';
    comment on column verification.reference_mac is 'keyed hash under the tenant''s key, for the search';
    comment on column verification.report is 'the parts of the answer that are not personal, as json to keep their order';
    comment on column verification.attributes is 'encrypted';
    create index verification_time on verification (tenant_id, verified_at, id);
    create index verification_reference on verification (tenant_id, reference_mac, verified_at, id) where reference_mac is not null;
    create index verification_subject on verification (tenant_id, subject_id, verified_at, id) where subject_id is not null;
    create index verification_indication on verification (tenant_id, indication, verified_at, id);
    ${isolateTenant('verification')}

    create table evidence (
      tenant_id uuid not null references tenant (id),
      verification_id text not null,
      container json not null,
      signature bytea not null,
      content bytea,
      certificate bytea,
      ocsp_response bytea,
      crl json,
      settings json not null,
      primary key (tenant_id, verification_id),
      foreign key (tenant_id, verification_id) references verification (tenant_id, id) on delete cascade
    );
    comment on column evidence.container is 'format, algorithm, encoding: how to read the columns below';
    comment on column evidence.signature is 'encrypted: signature octets or the container';
    comment on column evidence.content is 'encrypted: content, or the digest given in its place';
    comment on column evidence.certificate is 'encrypted: DER of the signer''s certificate';
    comment on column evidence.ocsp_response is 'encrypted: DER';
    comment on column evidence.crl is 'a CRL by reference to its bytes: SHA-256, number, thisUpdate';
    comment on column evidence.settings is 'the policy in force and the trust anchor that the path ended at';
    ${isolateTenant('evidence')}
  `);
}
