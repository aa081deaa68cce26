import { readFileSync } from 'node:fs';

const sql = (name) => readFileSync(new URL(`./parts/${name}.sql`, import.meta.url), 'utf8').replaceAll('?', '\\?');

export { forwardOnly as down } from './parts/forward-only.js';

/**
 * Keys of keyed hashes by version, and beside each stored hash the version of the key that it is under. While a rotation is
 * on, a search asks for the hash under either key; the epoch tells a replica that its keys are no longer those in use.
 */
export async function up(knex) {
  await knex.raw(`
    create table hash_key (
      purpose text not null check (purpose in ('api-key', 'serial-match', 'serial-number-mac', 'lookup')),
      version smallint not null check (version > 0),
      state text not null check (state in ('leads', 'before', 'retired')),
      wrapped_key bytea,
      leads_since timestamptz not null default clock_timestamp(),
      retired_at timestamptz,
      primary key (purpose, version)
    );
    comment on table hash_key is 'belongs to no tenant';
    comment on column hash_key.state is 'leads: hashes are made under it; before: searched for as well, until what is under it is under the one that leads';
    comment on column hash_key.wrapped_key is 'null: the key file''s own (version 1), or retired and forgotten';
    create unique index hash_key_leads on hash_key (purpose) where state = 'leads';
    create unique index hash_key_before on hash_key (purpose) where state = 'before';
    insert into hash_key (purpose, version, state, leads_since)
      select purpose, 1, 'leads', '-infinity' from unnest(array['api-key', 'serial-match', 'serial-number-mac', 'lookup']) purpose;

    create table hash_epoch (
      only_one boolean primary key default true check (only_one),
      epoch integer not null,
      lookup_version smallint
    );
    comment on table hash_epoch is 'belongs to no tenant: rises with each change of the states in hash_key';
    comment on column hash_epoch.lookup_version is 'of the key that leads, null for the first: beside the epoch, for each verification asks for both';
    insert into hash_epoch (epoch) values (1);

    -- null: under the first
    alter table client_key add column key_hash_version smallint;
    alter table certificate add column serial_match_version smallint, add column serial_number_mac_version smallint;
    alter table verification add column reference_mac_version smallint;
    alter table idempotency_key add column key_hash_version smallint;

    drop function gather_verification;
    drop function record_verifications;
    drop function record_challenge;
    drop function first_answer;
    drop function keep_answer;
    drop function key_lock;
  `);
  for (const name of ['hash_key', 'idempotency', 'record_challenge', 'gather_verification', 'record_verifications']) {
    await knex.raw(sql(name));
  }
}
