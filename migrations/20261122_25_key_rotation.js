import { readFileSync } from 'node:fs';

const sql = readFileSync(new URL('./parts/key_rotation.sql', import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** Rotations of keys as work that any replica goes on with. */
export async function up(knex) {
  await knex.raw(`
    create table key_rotation (
      id text collate "C" primary key,
      kind text not null check (kind in ('rotate', 'rewrap', 'reencrypt', 'rehash')),
      tenant text,
      purposes text[] not null default '{}',
      seals_in_seconds integer,
      state text not null default 'running' check (state in ('running', 'done')),
      due_at timestamptz not null default clock_timestamp(),
      after text not null default '',
      tenants integer not null default 0,
      done bigint not null default 0,
      unreadable text[] not null default '{}',
      key_id text,
      trouble text,
      asked_by text not null,
      asked_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz,
      worker uuid,
      lease_until timestamptz
    );
    comment on table key_rotation is 'belongs to no tenant: ids, names of tenants and counts';
    comment on column key_rotation.after is 'name of the last tenant that is through';
    comment on column key_rotation.done is 'keys, fields or hashes; counted in the transaction that did them';
    comment on column key_rotation.unreadable is 'places that do not open: left as they are';
    create index key_rotation_running on key_rotation (asked_at) where state = 'running';

    create table sealed_column (
      table_name text not null,
      id_column text not null,
      column_name text not null,
      primary key (table_name, column_name)
    );
    comment on table sealed_column is 'belongs to no tenant: columns that replace_sealed may seal anew';
    insert into sealed_column (table_name, id_column, column_name) values
      ('challenge', 'id', 'content'),
      ('verification', 'id', 'reference'), ('verification', 'id', 'attributes'),
      ('evidence', 'verification_id', 'signature'), ('evidence', 'verification_id', 'content'),
      ('evidence', 'verification_id', 'certificate'), ('evidence', 'verification_id', 'ocsp_response'),
      ('certificate', 'id', 'serial_number'), ('subject_attributes', 'id', 'attributes');
  `);
  await knex.raw(sql.replaceAll('?', '\\?'));
}
