export { forwardOnly as down } from './parts/forward-only.js';

/**
 * The history of policies is kept with the owner's rights: the application's login, which changes a policy, could else have
 * put one into the history that never was in force. The row is the trigger's own tenant's, whichever tenant is set.
 */
export async function up(knex) {
  await knex.raw(`
    alter function keep_policy() security definer set search_path = public, pg_temp;
    revoke execute on function keep_policy() from public;
    create policy keep_policy on tenant_policy for insert to current_user with check (true);
  `);
}
