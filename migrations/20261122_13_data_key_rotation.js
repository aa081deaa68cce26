export { forwardOnly as down } from './parts/forward-only.js';

/** A new version of a data key is known to every replica before the first of them seals under it. */
export async function up(knex) {
  await knex.raw(`
    alter table data_key add column seals_from timestamptz not null default now();
    comment on column data_key.seals_from is 'opens from the start, seals from then on: when no replica is without it';
  `);
}
