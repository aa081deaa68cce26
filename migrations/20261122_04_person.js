import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/**
 * Who is on file: an opaque subject, the certificates that prove to be the person's, and the four attributes as appended
 * history (valid time: from the certificate's notBefore; recorded time: when we learnt it).
 */
export async function up(knex) {
  await knex.raw(`
    create table subject (
      tenant_id uuid not null,
      id text not null,
      created_at timestamptz not null,
      primary key (tenant_id, id)
    );
    ${isolateTenant('subject')}

    create table certificate (
      tenant_id uuid not null,
      id text not null,
      subject_id text not null,
      issuer_key_sha256 bytea not null,
      serial_match bytea not null,
      serial_number bytea not null,
      serial_number_mac bytea not null,
      certificate_sha256 bytea not null,
      kind text not null check (kind in ('digital-signature', 'user-authentication')),
      medium text not null check (medium in ('card', 'smartphone')),
      generation integer,
      policy text not null,
      not_before timestamptz not null,
      not_after timestamptz not null,
      distribution_point bytea,
      revoked_at timestamptz,
      revocation_reason text,
      revocation_found_at timestamptz,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      -- deferred: the certificate decides first, at its unique identity, which of two racing subjects comes to be
      foreign key (tenant_id, subject_id) references subject (tenant_id, id) deferrable initially deferred,
      constraint certificate_identity unique (tenant_id, issuer_key_sha256, serial_match)
    );
    comment on column certificate.issuer_key_sha256 is 'SHA-256 of the SPKI of the CA key that verified it: generations share one name';
    comment on column certificate.serial_number is 'encrypted';
    comment on column certificate.serial_match is 'keyed hash under a deployment key, for matching against revocation, never sent out';
    comment on column certificate.serial_number_mac is 'keyed hash under the tenant''s key, the only one that an answer shows';
    comment on column certificate.distribution_point is 'DER of CRLDistributionPoints: certificates of one list have the same';
    create index certificate_serial_match on certificate (serial_match);
    create index certificate_subject on certificate (tenant_id, subject_id);
    ${isolateTenant('certificate')}

    create table subject_attributes (
      tenant_id uuid not null,
      id text not null,
      subject_id text not null,
      certificate_id text not null,
      verification_id text not null,
      attributes bytea not null,
      valid_from timestamptz not null,
      recorded_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, subject_id) references subject (tenant_id, id)
    );
    comment on column subject_attributes.attributes is 'encrypted; rows are appended, never rewritten: the current ones are the last recorded';
    create index subject_attributes_subject on subject_attributes (tenant_id, subject_id, recorded_at);
    ${isolateTenant('subject_attributes')}
  `);
}
