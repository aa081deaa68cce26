import { readFileSync } from 'node:fs';
import { createKeyStore } from './parts/key-store.js';

const sql = (name) => readFileSync(new URL(`./parts/${name}.sql`, import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** Records come with a key of their own, and go with it. Replicas from before go on calling the functions without one. */
export async function up(knex) {
  await createKeyStore(knex);
  await knex.raw(
    'drop function record_verifications; drop function delete_verifications; drop function delete_subject;',
  );
  for (const name of ['record_verifications', 'deletion']) await knex.raw(sql(name).replaceAll('?', '\\?'));
}
