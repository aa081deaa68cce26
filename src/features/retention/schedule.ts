import { schedule } from 'node-cron';
import type { Log } from '../../platform/log.ts';
import { type RetentionRunDependencies, runRetention, type TenantRun } from './run.ts';

export interface RetentionSchedule {
  start(): void;
  /** Resolves when the run under way, if any, has ended after its batch. */
  stop(): Promise<void>;
  run(): Promise<readonly TenantRun[]>;
}

const EVERY_HOUR = '17 * * * *';

/** The schedule only wakes; what is due stands in columns. Any number of replicas may wake at once. */
export function createRetentionSchedule(
  dependencies: RetentionRunDependencies & { readonly log: Log },
): RetentionSchedule {
  const { log } = dependencies;
  let stopping = false;
  let underWay: Promise<unknown> = Promise.resolve();
  const run = () =>
    runRetention(dependencies, { dryRun: false, by: 'system', right: 'retention', isStopping: () => stopping });

  const runAndTell = async () => {
    try {
      const runs = await run();
      const sum = (count: (one: TenantRun) => number) => runs.reduce((total, one) => total + count(one), 0);
      log.info('retention.done', {
        verifications: sum((one) => one.verifications),
        subjects: sum((one) => one.subjects),
        auditLines: sum((one) => one.auditLines),
      });
    } catch (error) {
      log.warn('retention.failed', { error: error instanceof Error ? error : new Error(String(error)) });
    }
  };

  let task: ReturnType<typeof schedule> | undefined;
  return {
    start() {
      task ??= schedule(
        EVERY_HOUR,
        () => {
          underWay = runAndTell();
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
    run,
  };
}
