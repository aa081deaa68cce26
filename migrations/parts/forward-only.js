/** knex asks for a way back; there is none: what a migration did wrong is put right by the next one. */
export async function forwardOnly() {
  throw new Error('migrations go forward only');
}
