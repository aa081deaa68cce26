import type { Database } from '../../platform/database/database.ts';

/** Named functions over all tenants; each deletes a bounded batch of what is past its time, one replica at a time. */
export function createSweepStore(database: Database) {
  const purge = async (name: 'purge_challenges' | 'purge_idempotency_keys', before: Date, limit: number) => {
    const rows = await database.call<{ count: number }>(name, `select ${name}($1, $2) as count`, [before, limit]);
    return rows[0]?.count ?? 0;
  };
  return {
    purgeChallenges: (before: Date, limit: number) => purge('purge_challenges', before, limit),
    purgeIdempotencyKeys: (before: Date, limit: number) => purge('purge_idempotency_keys', before, limit),
  };
}
