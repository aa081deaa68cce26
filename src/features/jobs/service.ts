import { schedule } from 'node-cron';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { createSweepStore } from './store.ts';

export interface SweepDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sweeps {
  start(): void;
  /** Resolves when the sweep under way, if any, has ended after its batch. */
  stop(): Promise<void>;
  /** Deletes everything that is past its time, in batches; tells how much. */
  sweep(): Promise<{ challenges: number; idempotencyKeys: number }>;
}

const EVERY_TEN_MINUTES = '*/10 * * * *';
const BATCH = 1_000;
/** A challenge is told from an unknown one for a day after it expired. */
const CHALLENGE_KEPT_MS = 24 * 60 * 60 * 1000;

/** The schedule only wakes; what is due stands in columns. Any number of replicas may sweep at once. */
export function createSweeps({ database, clock, log }: SweepDependencies): Sweeps {
  const store = createSweepStore(database);
  let stopping = false;
  let underWay: Promise<unknown> = Promise.resolve();

  async function inBatches(purge: (limit: number) => Promise<number>): Promise<number> {
    let total = 0;
    for (let count = BATCH; count === BATCH && !stopping; total += count) count = await purge(BATCH);
    return total;
  }

  const sweep = async () => {
    const now = clock.now();
    const challengesBefore = new Date(now - CHALLENGE_KEPT_MS);
    const challenges = await inBatches((limit) => store.purgeChallenges(challengesBefore, limit));
    const idempotencyKeys = await inBatches((limit) => store.purgeIdempotencyKeys(new Date(now), limit));
    return { challenges, idempotencyKeys };
  };

  const sweepAndTell = async () => {
    try {
      log.info('sweep.done', await sweep());
    } catch (error) {
      log.warn('sweep.failed', { error: error instanceof Error ? error : new Error(String(error)) });
    }
  };

  let task: ReturnType<typeof schedule> | undefined;
  return {
    start() {
      task ??= schedule(
        EVERY_TEN_MINUTES,
        () => {
          underWay = sweepAndTell();
          return underWay;
        },
        { noOverlap: true },
      );
    },
    async stop() {
      stopping = true;
      await task?.destroy();
      await underWay;
    },
    sweep,
  };
}
