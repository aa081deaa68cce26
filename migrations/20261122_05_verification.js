import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** What is encrypted cannot be compressed: do not try. */
const storePlain = (table, columns) =>
  columns.map((column) => `alter table ${table} alter column ${column} set storage external;`).join('\n');

/** What was judged, as answered, and the evidence to judge it again. Certificate and subject ids are as of then. */
export async function up(knex) {
  await knex.raw(`
    create table verification (
      tenant_id uuid not null,
      id text collate "C" not null,
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
      report text not null,
      attributes bytea,
      primary key (tenant_id, id)
    );
    comment on column verification.reference is 'the caller''s own key, encrypted: it may be an account number or an address';
    comment on column verification.reference_mac is 'keyed hash under the tenant''s key, for the search';
    comment on column verification.report is 'the parts of the answer that are not personal: JSON, as text because nobody but the program reads it';
    comment on column verification.attributes is 'encrypted';
    -- in the order of listing, newest first: an id begins with the time of its verification
    create index verification_reference on verification (tenant_id, reference_mac, id) where reference_mac is not null;
    create index verification_subject on verification (tenant_id, subject_id, id) where subject_id is not null;
    -- most pass, and are found by the primary key soon enough
    create index verification_indication on verification (tenant_id, indication, id) where indication <> 'TOTAL-PASSED';
    -- a row stays in one piece: a second one elsewhere, with its index, costs more than the size saves
    alter table verification set (toast_tuple_target = 4080);
    ${isolateTenant('verification')}

    create table evidence (
      tenant_id uuid not null,
      verification_id text not null,
      container text not null,
      signature bytea not null,
      content bytea,
      certificate bytea,
      ocsp_response bytea,
      crl text,
      settings text not null,
      -- no foreign key: record_verifications alone writes here, in the statement after the verification, and looking that up
      -- again costs as much as the row
      primary key (tenant_id, verification_id)
    );
    comment on column evidence.container is 'format, algorithm, encoding: how to read the columns below';
    comment on column evidence.signature is 'encrypted: signature octets or the container';
    comment on column evidence.content is 'encrypted: content, or the digest given in its place';
    comment on column evidence.certificate is 'encrypted: DER of the signer''s certificate';
    comment on column evidence.ocsp_response is 'encrypted: DER';
    comment on column evidence.crl is 'a CRL by reference to its bytes: SHA-256, number, thisUpdate';
    comment on column evidence.settings is 'the policy in force and the trust anchor that the path ended at';
    ${storePlain('verification', ['reference', 'attributes'])}
    alter table evidence set (toast_tuple_target = 8160);
    ${storePlain('evidence', ['signature', 'content', 'certificate', 'ocsp_response'])}
    ${isolateTenant('evidence')}
  `);
}
