import type { Instant } from '../../core/instant.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';

/**
 * Takes away sealed lines of the tenant that is set, older than `before`, at most `limit`, the oldest first: their leaf hashes
 * stay, and every seal verifies as before. Nothing of the last 365 days goes, whatever is asked. Gives how many went; zero
 * when all are gone.
 */
export async function pruneAuditLines(
  trx: Transaction,
  { before, now, limit }: { readonly before: Instant; readonly now: Instant; readonly limit: number },
): Promise<number> {
  const values = [new Date(before), limit, newId('aud', now), new Date(now)];
  const { rows } = await trx.raw<{ rows: { count: number }[] }>('select audit_prune(?, ?, ?, ?) as count', values);
  return rows[0]?.count ?? 0;
}
