import type { Database } from '../../platform/database/database.ts';

/** A named function over all tenants: deletes a bounded batch of what is past its time, one replica at a time. */
export function createSweepStore(database: Database) {
  return {
    async purgeIdempotencyKeys(before: Date, limit: number): Promise<number> {
      const sql = 'select purge_idempotency_keys($1, $2) as count';
      const rows = await database.call<{ count: number }>('purge_idempotency_keys', sql, [before, limit]);
      return rows[0]?.count ?? 0;
    },
  };
}
