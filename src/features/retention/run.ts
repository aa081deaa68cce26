import { addDays, beginningOf } from '../../core/retention/calendar.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { type AuditActor, pruneAuditLines } from '../audit/service.ts';
import type { TenantPolicy } from '../tenants/caller.ts';
import type { TenantService } from '../tenants/service.ts';
import type { Deed } from './deed.ts';
import { deleteSubject, deleteVerifications } from './deletion-store.ts';
import { claimRun, countDue, countPrunable, selectDue } from './run-store.ts';
import { termOf } from './term.ts';

/** What went, or would go, of one tenant. */
export interface TenantRun {
  readonly tenant: string;
  readonly verifications: number;
  readonly subjects: number;
  readonly auditLines: number;
}

export interface RetentionRunDependencies {
  readonly database: Database;
  readonly tenants: Pick<TenantService, 'listTenants'>;
  readonly clock: Clock;
}

export interface RunSettings {
  /** Counts, and deletes nothing. A subject counts once its verifications are gone. */
  readonly dryRun: boolean;
  readonly by: AuditActor;
  readonly right: string;
  /** Asked between batches. */
  readonly isStopping?: () => boolean;
}

/** Each batch is a transaction of its own: whoever dies in between leaves whole batches. */
const BATCH = 200;
const AUDIT_BATCH = 1_000;
const TENANTS_AT_ONCE = 100;

interface Subjected {
  readonly tenantId: string;
  readonly name: string;
  readonly policy: TenantPolicy;
}

/** Every tenant, the suspended too: terms end for them as well. */
export async function runRetention(
  { database, tenants, clock }: RetentionRunDependencies,
  settings: RunSettings,
): Promise<TenantRun[]> {
  const runs: TenantRun[] = [];
  for (let cursor: string | undefined; settings.isStopping?.() !== true; ) {
    const { items, nextCursor } = await tenants.listTenants(cursor, TENANTS_AT_ONCE);
    for (const tenant of items) runs.push(await runTenant(database, tenant, clock.now(), settings));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return runs;
}

async function runTenant(
  database: Database,
  { tenantId, name, policy }: Subjected,
  now: number,
  { dryRun, by, right, isStopping = () => false }: RunSettings,
): Promise<TenantRun> {
  const term = termOf(policy, 'verification', now);
  const { cutoff } = term;
  const linesBefore = beginningOf(addDays(termOf(policy, 'audit', now).cutoff, 1));
  if (dryRun) {
    return database.inTenant(tenantId, async (trx) => ({
      tenant: name,
      verifications: await countDue(trx, 'verifications', tenantId, cutoff),
      subjects: await countDue(trx, 'subjects', tenantId, cutoff),
      auditLines: await countPrunable(trx, tenantId, new Date(linesBefore)),
    }));
  }
  const deed: Deed = { tenantId, at: now, by, right, from: null, requestId: null, why: 'retention' };

  /** Until a batch finds nothing to do, or another replica is at it. */
  async function inBatches(work: (trx: Transaction) => Promise<number>): Promise<number> {
    let total = 0;
    for (let count = 1; count > 0 && !isStopping(); total += count) {
      count = await database.inTenant(tenantId, async (trx) => ((await claimRun(trx, tenantId)) ? work(trx) : 0));
    }
    return total;
  }

  const verifications = await inBatches(async (trx) => {
    const ids = await selectDue(trx, 'verifications', { tenantId, cutoff, limit: BATCH });
    return ids.length === 0 ? 0 : (await deleteVerifications(trx, deed, ids, term)).length;
  });
  const subjects = await inBatches(async (trx) => {
    let count = 0;
    for (const id of await selectDue(trx, 'subjects', { tenantId, cutoff, limit: BATCH })) {
      if ((await deleteSubject(trx, deed, id, term)) !== 'kept') count += 1;
    }
    return count;
  });
  const auditLines = await inBatches((trx) => pruneAuditLines(trx, { before: linesBefore, now, limit: AUDIT_BATCH }));
  return { tenant: name, verifications, subjects, auditLines };
}
