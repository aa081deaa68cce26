import { parseConfig } from '../config.ts';
import { appendAuditLine, DEPLOYMENT } from '../features/audit/service.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { openDatabaseUrls, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments } from './arguments.ts';
import { readGatewayFiles } from './gateway-files.ts';
import type { Terminal } from './terminal.ts';

/** A deployment before it has tenants. */
export const DEPLOYMENT_COMMANDS: Readonly<Record<string, Command>> = {
  'config check': reportConfig,
  migrate: runMigrate,
};

async function reportConfig(args: readonly string[], terminal: Terminal): Promise<number> {
  readArguments(args, { options: {} });
  const parsed = parseConfig(terminal.env, terminal.readFile);
  if (!parsed.ok) throw new StartRefused(parsed.problems);
  const { config } = parsed;
  if (config.mode === 'production') {
    for (const warning of await readGatewayFiles(config.gateway)) terminal.err(warning);
  }
  terminal.out(`The settings are complete and agree (${config.mode}). 設定に問題はありません。`);
  return 0;
}

async function runMigrate(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments(args, { options: JSON_OPTION });
  const config = readConfig(terminal);
  return withStops(async (stops) => {
    const { url, adminUrl } = await openDatabaseUrls(config, stops);
    const keyStoreTablespace = config.keyStore.tablespace;
    const urls = { adminUrl, loginUrl: url };
    const applied = await migrate({ ...urls, directory: MIGRATIONS, keyStoreTablespace, log: terminal.log });
    if (applied.length > 0) await recordMigration(adminUrl, terminal);
    const sentence = applied.length === 0 ? 'The schema is current.' : `Applied: ${applied.join(', ')}`;
    terminal.out(values.json ? JSON.stringify({ applied }) : sentence);
    return 0;
  });
}

async function recordMigration(url: string, { clock, log }: Terminal): Promise<void> {
  const database = createDatabase({ url, poolSize: 1, log });
  const { name, right } = operator();
  const who = { tenantId: DEPLOYMENT, at: clock.now(), actor: `operator:${name}`, right } as const;
  const line = { ...who, act: 'schema.migrate', target: null, from: null, requestId: null } as const;
  try {
    await database.inTenant(DEPLOYMENT, (trx) => appendAuditLine(trx, line));
  } finally {
    await database.close();
  }
}
