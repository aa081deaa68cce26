export async function up(knex) {
  await knex.raw('create table half (line text)');
  await knex.raw('create table note (again int)');
}
