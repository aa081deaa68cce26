import { addDays, beginningOf } from '../../core/retention/calendar.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { appendAuditLine } from '../audit/service.ts';
import { type Deed, lineOfDeed } from './deed.ts';
import type { Term } from './term.ts';

/** At most `limit` of those that expired so long ago that their term is over, the oldest first; gives how many went. */
export async function deleteChallenges(trx: Transaction, deed: Deed, term: Term, limit: number): Promise<number> {
  const { at, by, why } = deed;
  const recordId = newId('del', at);
  const sql = 'select delete_challenges(?, ?, ?, ?, ?, ?, ?, ?) as count';
  const { periodText, cutoff, goneFromBackupsOn } = term;
  const values = [recordId, periodText, cutoff, limit, new Date(at), by, why, goneFromBackupsOn];
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(sql, values);
  const count = rows[0]?.count ?? 0;
  if (count > 0) await appendAuditLine(trx, { ...lineOfDeed(deed, 'challenge.delete', recordId), count });
  return count;
}

export async function countDueChallenges(trx: Transaction, tenantId: string, { cutoff }: Term): Promise<number> {
  const sql = 'select count(*)::integer as count from challenge where tenant_id = ? and expires_at < ?';
  const values = [tenantId, new Date(beginningOf(addDays(cutoff, 1)))];
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(sql, values);
  return rows[0]?.count ?? 0;
}
