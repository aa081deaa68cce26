import {
  addDays,
  beginningOf,
  type CalendarDate,
  dayInJapan,
  lastDayOver,
  type Period,
} from '../../core/retention/calendar.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, DatabaseUnavailable, type Transaction } from '../../platform/database/database.ts';
import { type AuditActor, DEPLOYMENT, pruneAuditLines } from '../audit/service.ts';
import type { TenantPolicy } from '../tenants/caller.ts';
import type { TenantService } from '../tenants/service.ts';
import { countDueChallenges, deleteChallenges } from './challenge-store.ts';
import type { Deed } from './deed.ts';
import { deleteSubject, deleteVerifications } from './deletion-store.ts';
import { awaitTurn, countDue, countPrunable, selectDue } from './run-store.ts';
import { type BackupSettings, goneFromBackups, termOf } from './term.ts';

/** What went, or would go, of one tenant. */
export interface TenantRun {
  readonly tenant: string;
  readonly verifications: number;
  readonly subjects: number;
  readonly challenges: number;
  readonly auditLines: number;
}

export interface RetentionRun {
  /** A day in Japan: from then on no backup can bring back what goes today. */
  readonly goneFromBackupsOn: CalendarDate;
  readonly tenants: readonly TenantRun[];
  /** Of the deployment itself: administration, migrations, keys. */
  readonly deploymentAuditLines: number;
}

export interface RetentionRunDependencies extends BackupSettings {
  readonly database: Database;
  readonly tenants: Pick<TenantService, 'listTenants'>;
  readonly clock: Clock;
  /** How long lines of the deployment itself are kept; a tenant's own by its policy. */
  readonly auditRetentionYears: number;
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
const CHALLENGE_BATCH = 1_000;
const AUDIT_BATCH = 1_000;
const TENANTS_AT_ONCE = 100;

interface Subjected {
  readonly tenantId: string;
  readonly name: string;
  readonly policy: TenantPolicy;
}

/**
 * Every tenant, the suspended too: terms end for them as well. Then the deployment itself. One tenant that cannot be worked on
 * keeps nobody else's data beyond their term: it is told at the end.
 */
export async function runRetention(
  dependencies: RetentionRunDependencies,
  settings: RunSettings,
): Promise<RetentionRun> {
  const { database, tenants, clock, auditRetentionYears, backupDays } = dependencies;
  const runs: TenantRun[] = [];
  const failures: unknown[] = [];
  for (let cursor: string | undefined; settings.isStopping?.() !== true; ) {
    const { items, nextCursor } = await tenants.listTenants(cursor, TENANTS_AT_ONCE);
    for (const tenant of items) {
      try {
        runs.push(await runTenant(dependencies, tenant, clock.now(), settings));
      } catch (error) {
        if (error instanceof DatabaseUnavailable) throw error;
        failures.push(error);
      }
    }
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  const now = clock.now();
  const before = firstLineKept({ years: auditRetentionYears }, now);
  const own = { database, tenantId: DEPLOYMENT, now, settings };
  const goneFromBackupsOn = goneFromBackups(dayInJapan(now), { backupDays });
  const deploymentAuditLines = await pruneLines(own, before);
  if (failures.length > 0) throw failures[0];
  return { tenants: runs, deploymentAuditLines, goneFromBackupsOn };
}

async function runTenant(
  { database, ...backups }: RetentionRunDependencies,
  { tenantId, name, policy }: Subjected,
  now: number,
  settings: RunSettings,
): Promise<TenantRun> {
  const term = termOf(policy, 'verification', now, backups);
  const challengeTerm = termOf(policy, 'challenge', now, backups);
  const { cutoff } = term;
  const linesBefore = firstLineKept(termOf(policy, 'audit', now, backups).period, now);
  const place = { database, tenantId, now, settings };
  if (settings.dryRun) {
    const counted = await database.inTenant(tenantId, async (trx) => ({
      tenant: name,
      verifications: await countDue(trx, 'verifications', tenantId, cutoff),
      subjects: await countDue(trx, 'subjects', tenantId, cutoff),
      challenges: await countDueChallenges(trx, tenantId, challengeTerm),
    }));
    return { ...counted, auditLines: await pruneLines(place, linesBefore) };
  }
  const { by, right } = settings;
  const deed: Deed = { tenantId, at: now, by, right, from: null, requestId: null, why: 'retention' };
  const verifications = await inBatches(place, async (trx) => {
    const ids = await selectDue(trx, 'verifications', { tenantId, cutoff, limit: BATCH });
    return ids.length === 0 ? 0 : (await deleteVerifications(trx, deed, ids, term)).length;
  });
  const subjects = await inBatches(place, async (trx) => {
    let count = 0;
    for (const id of await selectDue(trx, 'subjects', { tenantId, cutoff, limit: BATCH })) {
      if ((await deleteSubject(trx, deed, id, term)) !== 'kept') count += 1;
    }
    return count;
  });
  const challenges = await inBatches(place, (trx) => deleteChallenges(trx, deed, challengeTerm, CHALLENGE_BATCH));
  return { tenant: name, verifications, subjects, challenges, auditLines: await pruneLines(place, linesBefore) };
}

interface Place {
  readonly database: Database;
  readonly tenantId: string;
  readonly now: number;
  readonly settings: RunSettings;
}

/** Until a batch finds nothing to do. */
async function inBatches(
  { database, tenantId, settings: { isStopping = () => false } }: Place,
  work: (trx: Transaction) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (let count = 1; count > 0 && !isStopping(); total += count) {
    count = await database.inTenant(tenantId, async (trx) => {
      await awaitTurn(trx, tenantId);
      return work(trx);
    });
  }
  return total;
}

function pruneLines(place: Place, before: number): Promise<number> {
  const { database, tenantId, now, settings } = place;
  if (!settings.dryRun) return inBatches(place, (trx) => pruneAuditLines(trx, { before, now, limit: AUDIT_BATCH }));
  const of = { tenantId, before: new Date(before), now: new Date(now) };
  return database.inTenant(tenantId, (trx) => countPrunable(trx, of));
}

/** Lines from that instant on are within their term. */
const firstLineKept = (period: Period, now: number): number =>
  beginningOf(addDays(lastDayOver(dayInJapan(now), period), 1));
