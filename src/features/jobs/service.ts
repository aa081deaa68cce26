import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { inJob } from '../../platform/telemetry/current-work.ts';
import { createWakeUp, type WakeUp } from '../../platform/wake-up.ts';
import { createSweepStore } from './store.ts';

export interface SweepDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sweeps extends WakeUp {
  /** Deletes answers kept under an Idempotency-Key that are past their time, in batches; tells how many. */
  sweep(isStopping?: () => boolean): Promise<{ idempotencyKeys: number }>;
}

const EVERY_TEN_MINUTES = '*/10 * * * *';
const BATCH = 1_000;

export function createSweeps({ database, clock, log }: SweepDependencies): Sweeps {
  const store = createSweepStore(database);
  const sweep: Sweeps['sweep'] = async (isStopping = () => false) => {
    const now = new Date(clock.now());
    let idempotencyKeys = 0;
    for (let count = BATCH; count === BATCH && !isStopping(); idempotencyKeys += count) {
      count = await store.purgeIdempotencyKeys(now, BATCH);
    }
    return { idempotencyKeys };
  };
  const work = (isStopping: () => boolean) =>
    inJob('sweep.run', async () => log.info('sweep.done', await sweep(isStopping)));
  return { ...createWakeUp({ cron: EVERY_TEN_MINUTES, work, failed: 'sweep.failed', log }), sweep };
}
