import { MIGRATIONS } from '../compose.ts';
import { parseConfig } from '../config.ts';
import { appendAuditLine, DEPLOYMENT } from '../features/audit/service.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { openDatabaseUrls, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments } from './arguments.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import { CLIENT_COMMANDS } from './client-commands.ts';
import { EVIDENCE_COMMANDS } from './evidence-commands.ts';
import { readGatewayFiles } from './gateway-files.ts';
import { runJudge } from './judge/run-judge.ts';
import { KEY_COMMANDS } from './key-commands.ts';
import { RETENTION_COMMANDS } from './retention-commands.ts';
import { TENANT_COMMANDS } from './tenant-commands.ts';
import type { Terminal } from './terminal.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  'config check': reportConfig,
  migrate: runMigrate,
  ...TENANT_COMMANDS,
  ...CLIENT_COMMANDS,
  ...AUDIT_COMMANDS,
  ...KEY_COMMANDS,
  ...EVIDENCE_COMMANDS,
  ...RETENTION_COMMANDS,
  judge,
};

function judge(args: readonly string[], { streams, err }: Terminal): Promise<number> {
  readArguments(args, { options: {} });
  return runJudge(streams.input, streams.output, err);
}

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
    const applied = await migrate({ adminUrl, loginUrl: url, directory: MIGRATIONS, log: terminal.log });
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
