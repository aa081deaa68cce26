import type { Log } from '../../platform/log.ts';
import { createWakeUp, type WakeUp } from '../../platform/wake-up.ts';
import { type RetentionRunDependencies, runRetention, type TenantRun } from './run.ts';

const EVERY_HOUR = '17 * * * *';

export function createRetentionSchedule(dependencies: RetentionRunDependencies & { readonly log: Log }): WakeUp {
  const { log } = dependencies;
  async function runAndTell(isStopping: () => boolean): Promise<void> {
    const runs = await runRetention(dependencies, { dryRun: false, by: 'system', right: 'retention', isStopping });
    const sum = (count: (one: TenantRun) => number) => runs.reduce((total, one) => total + count(one), 0);
    log.info('retention.done', {
      verifications: sum((one) => one.verifications),
      subjects: sum((one) => one.subjects),
      auditLines: sum((one) => one.auditLines),
    });
  }
  return createWakeUp({ cron: EVERY_HOUR, work: runAndTell, failed: 'retention.failed', log });
}
