/** Outside a transaction, as an index on a table in use has to be built. */
export const config = { transaction: false };

export async function up(knex) {
  await knex.raw('create index concurrently note_tenant on note (tenant)');
}
