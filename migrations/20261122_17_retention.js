import { readFileSync } from 'node:fs';
import { isolateTenant } from './parts/tenant-isolation.js';

const sql = (name) => readFileSync(new URL(`./parts/${name}.sql`, import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** When a relation ended, what may not go all the same, and what went. */
export async function up(knex) {
  await knex.raw(`
    alter table subject add column relation_ended_on date, add column reduced_at timestamptz;
    comment on column subject.relation_ended_on is 'day in Japan; null while the relation lasts';
    comment on column subject.reduced_at is 'deleted as far as the law allows: what must be kept hangs on this row until its term is over';
    create index subject_relation_ended on subject (tenant_id, relation_ended_on) where relation_ended_on is not null;

    create table legal_hold (
      tenant_id uuid not null,
      id text collate "C" not null,
      subject_id text,
      verification_id text,
      reason text not null check (reason in ('litigation', 'authority-request', 'investigation', 'complaint', 'other')),
      placed_at timestamptz not null,
      placed_by text not null,
      lifted_at timestamptz,
      lifted_by text,
      primary key (tenant_id, id),
      check (num_nonnulls(subject_id, verification_id) = 1),
      check ((lifted_at is null) = (lifted_by is null))
    );
    comment on table legal_hold is 'of a subject, with all that is its own, or of one verification; rows stay when lifted';
    create index legal_hold_subject on legal_hold (tenant_id, subject_id) where lifted_at is null;
    create index legal_hold_verification on legal_hold (tenant_id, verification_id) where lifted_at is null;
    ${isolateTenant('legal_hold')}

    create table deletion_record (
      tenant_id uuid not null,
      id text collate "C" not null,
      kind text not null check (kind in ('verification', 'subject', 'subject-reduced')),
      target text not null,
      deleted_at timestamptz not null,
      deleted_by text not null,
      why text not null check (why in ('request', 'retention')),
      request_id text,
      gone_from_backups_on date not null,
      primary key (tenant_id, id)
    );
    comment on table deletion_record is 'ids only, no personal data; written by the functions that delete, rewritten by nobody';
    comment on column deletion_record.gone_from_backups_on is 'from that day no backup can bring it back';
    create index deletion_record_target on deletion_record (tenant_id, target);
    ${isolateTenant('deletion_record')}
  `);
  for (const name of ['retention', 'deletion']) await knex.raw(sql(name).replaceAll('?', '\\?'));
}
