import { readFileSync } from 'node:fs';
import { isolateTenant } from './parts/tenant-isolation.js';

const sql = (name) => readFileSync(new URL(`./parts/${name}.sql`, import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

const LINE = `
  tenant_id uuid not null,
  id text not null,
  at timestamptz(3) not null,
  actor text not null,
  allowed_by text,
  act text not null,
  target text,
  outcome text not null default 'done',
  from_address text,
  request_id text,
  count integer not null default 1 check (count > 0),
  salt uuid not null default gen_random_uuid()
`;

/**
 * The audit trail. An act writes its line into audit_unsealed, which has no index: the least that an act can cost. The
 * sealer moves what is there into audit_line, where nothing can be altered, and seals it.
 */
export async function up(knex) {
  await knex.raw(`
    create table audit_unsealed (${LINE});
    comment on table audit_unsealed is 'lines of the last seconds, until the sealer moves them to audit_line';
    comment on column audit_unsealed.tenant_id is 'the nil UUID for acts of the deployment itself';
    ${isolateTenant('audit_unsealed')}
    -- rows come and go all the time; without a key, a subscriber to all tables needs the whole row to know which went
    alter table audit_unsealed replica identity full;
    alter table audit_unsealed set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
      autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000, vacuum_truncate = off);

    create table audit_line (
      batch bigint not null,
      position integer not null,
      ${LINE},
      primary key (batch, position)
    );
    comment on table audit_line is 'sealed: no role but the owner''s pruning may take a line away, none may alter it';
    comment on column audit_line.salt is 'hashed with the line: who has its leaf hash alone cannot guess it';
    create index audit_line_tenant on audit_line (tenant_id, id);
    ${isolateTenant('audit_line')}

    create table audit_key (
      key_id text primary key,
      public_key bytea not null,
      private_key bytea not null,
      valid_from timestamptz(3) not null
    );
    comment on column audit_key.key_id is 'SHA-256 of public_key, which is an SPKI';
    comment on column audit_key.private_key is 'sealed by the vault';
    comment on column audit_key.valid_from is 'seals until the next key does';

    create table audit_seal (
      batch bigint primary key,
      tree_size integer not null,
      root bytea not null,
      previous bytea not null,
      sealed_at timestamptz(3) not null,
      key_id text not null references audit_key (key_id),
      signature bytea not null
    );
    comment on column audit_seal.previous is 'hash of the seal before, zeros before the first';

    create table audit_batch (
      batch bigint primary key,
      leaves bytea not null,
      -- deferred: lines are moved first and sealed second, and never one without the other
      foreign key (batch) references audit_seal (batch) deferrable initially deferred
    );
    alter table audit_batch alter column leaves set storage external;
    comment on column audit_batch.leaves is 'leaf hashes in their order, 32 octets each: what stays of a line that was pruned';

    create table audit_pruning (
      tenant_id uuid not null,
      id text not null,
      batch bigint not null,
      positions integer[] not null,
      primary key (tenant_id, id, batch)
    );
    comment on column audit_pruning.id is 'of the audit line that tells of the pruning';
    create index audit_pruning_batch on audit_pruning (batch);
    ${isolateTenant('audit_pruning')}

    create table audit_delivery (
      destination text primary key,
      batch bigint not null,
      delivered_at timestamptz not null
    );
    comment on table audit_delivery is 'how far the seals were told to each place outside';
  `);
  for (const name of ['audit_octets', 'audit_seal', 'audit_prune', 'audit_read']) await knex.raw(sql(name));
}
