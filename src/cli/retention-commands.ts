import { runRetention } from '../features/retention/run.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { openDatabaseUrls, openTenants, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments } from './arguments.ts';

export const RETENTION_COMMANDS: Readonly<Record<string, Command>> = {
  'retention run': async (args, terminal) => {
    const { values } = readArguments(args, { options: { ...JSON_OPTION, 'dry-run': { type: 'boolean' } } as const });
    const { clock, log, out } = terminal;
    const dryRun = values['dry-run'] === true;
    return withStops(async (stops) => {
      const config = readConfig(terminal);
      const { url } = await openDatabaseUrls(config, stops);
      const tenants = await openTenants(config, { clock, log, migrations: MIGRATIONS }, stops);
      const database = createDatabase({ url, poolSize: 2, log });
      stops.add(() => database.close());
      const { name, right } = operator();
      const runs = await runRetention({ database, tenants, clock }, { dryRun, by: `operator:${name}`, right });
      if (values.json) out(JSON.stringify({ dryRun, tenants: runs }));
      else if (runs.length === 0) out('There is no tenant. テナントはありません。');
      for (const { tenant, verifications, subjects, auditLines } of values.json ? [] : runs) {
        const what = `${verifications} verifications, ${subjects} subjects, ${auditLines} audit lines`;
        out(`${tenant}: ${what} ${dryRun ? 'would go' : 'went'}.`);
      }
      return 0;
    });
  },
};
