import type { Log } from '../../platform/log.ts';
import { inJob } from '../../platform/telemetry/current-work.ts';
import { createWakeUp, type WakeUp } from '../../platform/wake-up.ts';
import { type RetentionRunDependencies, runRetention, type TenantRun } from './run.ts';

const EVERY_HOUR = '17 * * * *';

export function createRetentionSchedule(dependencies: RetentionRunDependencies & { readonly log: Log }): WakeUp {
  const { log } = dependencies;
  async function runAndTell(isStopping: () => boolean): Promise<void> {
    const settings = { dryRun: false, by: 'system', right: 'retention', isStopping } as const;
    const { tenants, deploymentAuditLines } = await runRetention(dependencies, settings);
    const sum = (count: (one: TenantRun) => number) => tenants.reduce((total, one) => total + count(one), 0);
    log.info('retention.done', {
      verifications: sum((one) => one.verifications),
      subjects: sum((one) => one.subjects),
      challenges: sum((one) => one.challenges),
      auditLines: sum((one) => one.auditLines) + deploymentAuditLines,
    });
  }
  const work = (isStopping: () => boolean) => inJob('retention.run', () => runAndTell(isStopping));
  return createWakeUp({ cron: EVERY_HOUR, work, failed: 'retention.failed', log });
}
