export async function up(knex) {
  await knex.raw('create table journal (line text)');
}
