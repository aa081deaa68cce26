import { buildRoot } from '../../core/audit/merkle-tree.ts';
import { type AuditSeal, encodeSeal, hashSeal, NO_SEAL } from '../../core/audit/seal.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { inJob } from '../../platform/telemetry/current-work.ts';
import type { SealKeys } from './seal-keys.ts';
import { gatherBatch, insertSeal, limitIdleness, loadLastSeal } from './seal-store.ts';

export interface SealerDependencies {
  readonly database: Database;
  readonly keys: SealKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the seals to the outside; after each round, whether it sealed or not. */
  readonly deliver: () => Promise<void>;
}

export interface Sealer {
  start(): void;
  /** Seals what is there once more, then resolves. */
  stop(): Promise<void>;
  /** Seals everything that is committed by now; gives how many lines. Nothing when another sealer is at it. */
  sealAll(): Promise<number>;
}

/** A line waits for a round and, where others just sealed, for the pause: together well below ten seconds. */
const ROUND_MS = 3_000;
const PAUSE_MS = 4_000;
const MOST_LINES = 1_024;
const MOST_IDLE_MS = 5_000;

/**
 * Seals what is waiting: any number of replicas may run one, and any may die at any instruction, because a batch is moved,
 * hashed, signed and chained in one transaction under a lock.
 */
export function createSealer({ database, keys, clock, log, deliver }: SealerDependencies): Sealer {
  async function sealBatch(pauseMs: number): Promise<number> {
    return database.knex.transaction(async (trx) => {
      await limitIdleness(trx, MOST_IDLE_MS);
      const now = clock.now();
      const gathered = await gatherBatch(trx, new Date(now), MOST_LINES, pauseMs);
      if (gathered === undefined) return 0;
      const { batch, treeSize, leaves } = gathered;
      const last = await loadLastSeal(trx);
      const { signer, validFrom } = await keys.current(trx, now);
      const unsigned = {
        ...{ batch, treeSize, root: buildRoot(auditCrypto.sha256, leaves), keyId: signer.keyId },
        previous: last === undefined ? NO_SEAL : hashSeal(auditCrypto.sha256, last),
        sealedAt: Math.max(now, validFrom, last?.sealedAt ?? 0),
      };
      const seal: AuditSeal = { ...unsigned, signature: signer.sign(encodeSeal(unsigned)) };
      await insertSeal(trx, seal);
      return treeSize;
    });
  }

  async function sealUntilDone(pauseMs: number): Promise<number> {
    let total = 0;
    for (let count = MOST_LINES; count === MOST_LINES; total += count) count = await sealBatch(total > 0 ? 0 : pauseMs);
    if (total > 0) log.debug('audit.sealed', { lines: total });
    return total;
  }

  async function runRound(pauseMs: number): Promise<void> {
    try {
      await inJob('audit.seal', async (add) => {
        const lines = await sealUntilDone(pauseMs);
        add({ lines });
        await deliver();
        return lines > 0;
      });
    } catch (error) {
      log.warn('audit.seal-failed', { error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let stopping = false;
  const wait = () => {
    timer = setTimeout(() => {
      round = runRound(PAUSE_MS).then(() => {
        if (!stopping) wait();
      });
    }, ROUND_MS);
  };
  return {
    start: wait,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await round;
      if (timer !== undefined) await runRound(0);
    },
    sealAll: () => sealUntilDone(0),
  };
}
