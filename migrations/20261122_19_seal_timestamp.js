export { forwardOnly as down } from './parts/forward-only.js';

/**
 * RFC 3161 tokens over the chain of seals, appended to and never rewritten. Each is over the seals since the one before and
 * over every token before it, so that a later one renews them all before the authority's certificate ends (RFC 4998).
 */
export async function up(knex) {
  await knex.raw(`
    create table audit_timestamp (
      number bigint primary key check (number > 0),
      first_batch bigint not null,
      last_batch bigint not null references audit_seal (batch),
      seals_root bytea not null,
      timestamps_root bytea not null,
      nodes bytea not null,
      token bytea not null,
      token_sha256 bytea not null unique,
      gen_time timestamptz(3) not null,
      valid_until timestamptz(3) not null,
      algorithms text[] not null,
      check (first_batch between 1 and last_batch)
    );
    create unique index audit_timestamp_last_batch on audit_timestamp (last_batch);
    comment on column audit_timestamp.nodes is 'roots of the groups of 256 seals, 32 octets each: a proof reads one group';
    comment on column audit_timestamp.token is 'DER TimeStampToken; what stands beside it is written down from it';
    comment on column audit_timestamp.valid_until is 'when the first certificate on the way to the trust anchor ends';

    create index audit_line_manifest on audit_line (target) where act = 'evidence.manifest';

    create table audit_timestamp_attempt (
      only_one boolean primary key default true check (only_one),
      failures integer not null,
      not_before timestamptz(3) not null
    );
    comment on table audit_timestamp_attempt is 'when an authority that failed is asked again';
  `);
}
