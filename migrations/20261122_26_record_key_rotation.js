export { forwardOnly as down } from './parts/forward-only.js';

/** The keys of records are sealed anew when a tenant's keys rotate. */
export async function up(knex) {
  await knex.raw(`
    insert into sealed_column (table_name, id_column, column_name) values ('key_store.record_key', 'record_id', 'wrapped');
  `);
}
