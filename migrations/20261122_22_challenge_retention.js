import { readFileSync } from 'node:fs';

const sql = readFileSync(new URL('./parts/challenge_retention.sql', import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** Challenges go by the term of their tenant, and leave a record for each batch. */
export async function up(knex) {
  await knex.raw(`
    create index challenge_expired on challenge (tenant_id, expires_at);
    drop index challenge_expires_at;

    alter table deletion_record drop constraint deletion_record_kind_check;
    alter table deletion_record add constraint deletion_record_kind_check
      check (kind in ('verification', 'subject', 'subject-reduced', 'challenges'));
    alter table deletion_record add column count integer not null default 1 check (count > 0);
    comment on column deletion_record.target is 'id; of challenges, the day in Japan: those that had expired by its end';
  `);
  await knex.raw(sql.replaceAll('?', '\\?'));
}
