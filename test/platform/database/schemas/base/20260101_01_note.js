export async function up(knex) {
  await knex.raw(`create table note (id int primary key, tenant uuid, text text unique)`);
  await knex.raw('alter table note enable row level security');
  await knex.raw('alter table note force row level security');
  await knex.raw(`create policy own on note using (tenant = nullif(current_setting('app.tenant', true), '')::uuid)`);
}
