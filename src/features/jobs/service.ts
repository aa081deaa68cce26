import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { createWakeUp, type WakeUp } from '../../platform/wake-up.ts';
import { createSweepStore } from './store.ts';

export interface SweepDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sweeps extends WakeUp {
  /** Deletes everything that is past its time, in batches; tells how much. */
  sweep(isStopping?: () => boolean): Promise<{ challenges: number; idempotencyKeys: number }>;
}

const EVERY_TEN_MINUTES = '*/10 * * * *';
const BATCH = 1_000;
/** A challenge is told from an unknown one for a day after it expired. */
const CHALLENGE_KEPT_MS = 24 * 60 * 60 * 1000;

export function createSweeps({ database, clock, log }: SweepDependencies): Sweeps {
  const store = createSweepStore(database);
  const sweep: Sweeps['sweep'] = async (isStopping = () => false) => {
    async function inBatches(purge: (limit: number) => Promise<number>): Promise<number> {
      let total = 0;
      for (let count = BATCH; count === BATCH && !isStopping(); total += count) count = await purge(BATCH);
      return total;
    }
    const now = clock.now();
    const challengesBefore = new Date(now - CHALLENGE_KEPT_MS);
    const challenges = await inBatches((limit) => store.purgeChallenges(challengesBefore, limit));
    const idempotencyKeys = await inBatches((limit) => store.purgeIdempotencyKeys(new Date(now), limit));
    return { challenges, idempotencyKeys };
  };
  const work = async (isStopping: () => boolean) => log.info('sweep.done', await sweep(isStopping));
  return { ...createWakeUp({ cron: EVERY_TEN_MINUTES, work, failed: 'sweep.failed', log }), sweep };
}
