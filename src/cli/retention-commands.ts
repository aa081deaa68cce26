import { type RetentionRun, runRetention } from '../features/retention/run.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { openDatabaseUrls, openTenants, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments } from './arguments.ts';

/** To count what is due of a large tenant. */
const STATEMENT_TIMEOUT_MS = 600_000;

export const RETENTION_COMMANDS: Readonly<Record<string, Command>> = {
  'retention run': async (args, terminal) => {
    const { values } = readArguments(args, { options: { ...JSON_OPTION, 'dry-run': { type: 'boolean' } } as const });
    const { clock, log, out } = terminal;
    const dryRun = values['dry-run'] === true;
    return withStops(async (stops) => {
      const config = readConfig(terminal);
      const { url } = await openDatabaseUrls(config, stops);
      const tenants = await openTenants(config, { clock, log, migrations: MIGRATIONS }, stops);
      const database = createDatabase({ url, poolSize: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS, log });
      stops.add(() => database.close());
      const { name, right } = operator();
      const { auditRetentionYears, keyStore } = config;
      const parts = { database, tenants, clock, auditRetentionYears, backupDays: keyStore.backupDays };
      const run = await runRetention(parts, { dryRun, by: `operator:${name}`, right });
      if (values.json) out(JSON.stringify({ dryRun, ...run }));
      else for (const line of linesOf(run, dryRun ? 'would go' : 'went')) out(line);
      return 0;
    });
  },
};

function linesOf({ tenants, deploymentAuditLines, goneFromBackupsOn }: RetentionRun, went: string): string[] {
  const none = tenants.length === 0 ? ['There is no tenant. テナントはありません。'] : [];
  const lines = tenants.map(({ tenant, verifications, subjects, challenges, auditLines }) => {
    const what = `${verifications} verifications, ${subjects} subjects, ${challenges} challenges, ${auditLines} audit lines`;
    return `${tenant}: ${what} ${went}.`;
  });
  return [
    ...[...none, ...lines, `The deployment itself: ${deploymentAuditLines} audit lines ${went}.`],
    `From ${goneFromBackupsOn} on no backup can bring back what goes today.`,
  ];
}
