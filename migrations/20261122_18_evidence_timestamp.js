import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** Time stamps of evidence packages, so that a package is the same octets when it is asked for again. */
export async function up(knex) {
  await knex.raw(`
    create table evidence_timestamp (
      tenant_id uuid not null,
      verification_id text collate "C" not null,
      manifest_sha256 bytea not null check (octet_length(manifest_sha256) = 32),
      token bytea not null,
      gen_time timestamptz not null,
      primary key (tenant_id, verification_id, manifest_sha256),
      foreign key (tenant_id, verification_id) references verification (tenant_id, id) on delete cascade
    );
    comment on table evidence_timestamp is 'nothing personal: digests of manifests, and what a time stamping authority said of them';
    comment on column evidence_timestamp.token is 'DER of the TimeStampToken (RFC 3161)';
    ${isolateTenant('evidence_timestamp')}
  `);
}
