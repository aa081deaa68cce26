import { readFileSync } from 'node:fs';

const sql = (name) => readFileSync(new URL(`./parts/${name}.sql`, import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** The named functions: what crosses tenants (each with its reason), and the records made in one round trip. */
export async function up(knex) {
  for (const name of [
    'lookup',
    'purge',
    'idempotency',
    'record_challenge',
    'gather_verification',
    'record_verifications',
  ]) {
    await knex.raw(sql(name).replaceAll('?', '\\?'));
  }
}
