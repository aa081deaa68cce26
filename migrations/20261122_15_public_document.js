export { forwardOnly as down } from './parts/forward-only.js';

/** What verifications of all tenants rest on and everybody is given: kept once, whatever the number of verifications. */
export async function up(knex) {
  await knex.raw(`
    create table public_document (
      sha256 bytea primary key check (sha256 = sha256(octets)),
      octets bytea not null,
      recorded_at timestamptz(3) not null default now()
    );
    comment on table public_document is 'CRLs that evidence rests on, trust anchors, and the rules of a deployment (JSON)';
    -- signed lists of random numbers: trying to compress them takes long and gains little
    alter table public_document alter column octets set storage external;
  `);
}
