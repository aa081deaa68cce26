import { buildRoot } from '../../core/audit/merkle-tree.ts';
import { imprintOf, type StampedSeals } from '../../core/audit/seal-timestamp.ts';
import { type TimestampDue, type TimestampPlan, timestampDue } from '../../core/audit/timestamp-due.ts';
import {
  type AlgorithmEnds,
  endOf,
  type ReadTimestamp,
  type TimestampFacts,
} from '../../core/audit/timestamp-facts.ts';
import { toHex } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import type { TimestampAuthority } from '../../gateway/timestamp/timestamp-authority.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { appendAuditLine } from './append.ts';
import { DEPLOYMENT } from './line.ts';
import { limitIdleness, loadLastSeal, loadSealsAfter } from './seal-store.ts';
import {
  claimTimestamps,
  gatherSeals,
  insertTimestamp,
  loadAttempts,
  loadNewestTimestamp,
  loadTokenDigests,
  recordAttempts,
} from './timestamp-store.ts';

export interface TimestamperDependencies {
  readonly database: Database;
  readonly authority: TimestampAuthority;
  /** Reads tokens by the trust that the authority was configured with. */
  readonly read: ReadTimestamp;
  readonly plan: TimestampPlan;
  readonly ends: AlgorithmEnds;
  readonly clock: Clock;
  readonly log: Log;
}

/** `elsewhere`: another replica is at it. `waiting`: the authority failed, and is not asked again yet. */
export type TimestampRun = 'taken' | 'not-due' | 'elsewhere' | 'waiting' | 'failed';

const { sha256 } = auditCrypto;
/** Longer than any authority is waited for: a replica that stalls must not keep the others from their turn. */
const MOST_IDLE_MS = 120_000;
const MINUTE_MS = 60_000;
const LONGEST_WAIT_MS = 60 * MINUTE_MS;

/**
 * Has the newest seals timestamped when that is due. Any number of replicas may try, and any may die at any instruction: the
 * lock, the token and the line that tells of it are of one transaction, and a token that was not written down is of no harm.
 * So the authority is asked within it: one connection is held for as long as it is waited for, and no row or snapshot.
 */
export function createTimestamper(dependencies: TimestamperDependencies): { run(): Promise<TimestampRun> } {
  const { database, authority, read, plan, ends, clock, log } = dependencies;

  async function take(trx: Transaction, due: TimestampDue, lastBatch: number): Promise<'taken' | 'failed'> {
    const { stamped, nodes } = await gather(trx, lastBatch);
    const imprint = imprintOf(sha256, stamped);
    const fetched = await authority.fetchTimestamp(imprint);
    const facts = fetched.ok ? read(fetched.token, imprint) : undefined;
    const newest = await loadNewestTimestamp(trx);
    if (!fetched.ok || facts === undefined || !isUsable(facts, newest?.genTime ?? 0)) {
      const { failures } = await loadAttempts(trx);
      await recordAttempts(trx, failures + 1, clock.now() + waitAfter(failures));
      log.warn('audit.timestamp-failed', { code: fetched.ok ? 'unusable' : fetched.code, failures: failures + 1 });
      return 'failed';
    }
    await insertTimestamp(trx, stamped, nodes, { token: fetched.token, facts });
    await tellOf(trx, fetched.token, clock.now());
    await recordAttempts(trx, 0, 0);
    log.info('audit.timestamped', { number: stamped.number, batch: stamped.lastBatch, due });
    return 'taken';
  }

  /** A token of a time before that of the one before it, or one that has ended already, would break the chain. */
  const isUsable = (facts: TimestampFacts, notBefore: Instant): boolean =>
    facts.trusted && facts.genTime >= notBefore && endOf(facts, ends).at > Math.max(facts.genTime, clock.now());

  return {
    run: () =>
      database.knex.transaction(async (trx) => {
        await limitIdleness(trx, MOST_IDLE_MS);
        if (!(await claimTimestamps(trx))) return 'elsewhere';
        const now = clock.now();
        const newest = await loadNewestTimestamp(trx);
        const [waiting] = await loadSealsAfter(trx, newest?.lastBatch ?? 0, 1);
        const known = newest && { ...newest, endsAt: endOf(newest, ends).at };
        const due = timestampDue(plan, known, waiting?.sealedAt, now);
        if (due === undefined) return 'not-due';
        if (now < (await loadAttempts(trx)).notBefore) return 'waiting';
        if (known !== undefined && now >= known.endsAt) log.error('audit.timestamp-lapsed', { number: known.number });
        return take(trx, due, (await loadLastSeal(trx))?.batch ?? 0);
      }),
  };
}

async function gather(trx: Transaction, lastBatch: number) {
  const newest = await loadNewestTimestamp(trx);
  const number = (newest?.number ?? 0) + 1;
  const firstBatch = (newest?.lastBatch ?? 0) + 1;
  const groups = await gatherSeals(trx, firstBatch, lastBatch);
  const timestampsRoot = buildRoot(sha256, await loadTokenDigests(trx, number));
  const stamped: StampedSeals = { number, firstBatch, lastBatch, sealsRoot: groups.root(), timestampsRoot };
  return { stamped, nodes: groups.nodes() };
}

/** A minute, two, four … at most an hour. */
const waitAfter = (failures: number): number => Math.min(MINUTE_MS * 2 ** Math.min(failures, 10), LONGEST_WAIT_MS);

/** The trail tells of each token by its digest: one that is taken away is missed. */
async function tellOf(trx: Transaction, token: Uint8Array, at: Instant): Promise<void> {
  await trx.raw(`select set_config('app.tenant', ?, true)`, [DEPLOYMENT]);
  await appendAuditLine(trx, {
    ...{ tenantId: DEPLOYMENT, at, actor: 'system', right: null, act: 'audit.timestamp', target: toHex(sha256(token)) },
    ...{ from: null, requestId: null },
  });
}

/** What is told of the newest timestamp; null before there is one. */
export interface TimestampState {
  readonly ageSeconds: number | null;
  /** Until its certificate or an algorithm ends; negative when it has. */
  readonly remainingSeconds: number | null;
  /** Of the authority, in a row. */
  readonly failures: number;
}

export async function loadTimestampState(
  { knex }: Database,
  ends: AlgorithmEnds,
  clock: Clock,
): Promise<TimestampState> {
  const newest = await loadNewestTimestamp(knex);
  const { failures } = await loadAttempts(knex);
  if (newest === undefined) return { ageSeconds: null, remainingSeconds: null, failures };
  const now = clock.now();
  const remainingSeconds = (endOf(newest, ends).at - now) / 1_000;
  return { ageSeconds: Math.max(0, (now - newest.genTime) / 1_000), remainingSeconds, failures };
}
