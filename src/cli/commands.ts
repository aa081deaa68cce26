import { type ParseArgsConfig, parseArgs } from 'node:util';
import { MIGRATIONS } from '../compose.ts';
import { type AdministrationConfig, parseAdministrationConfig, parseConfig } from '../config.ts';
import type { ServiceResult } from '../features/service-result.ts';
import type { Authority } from '../features/tenants/authority.ts';
import type { TenantService } from '../features/tenants/service.ts';
import { migrate } from '../platform/database/migrate.ts';
import { PROBLEMS } from '../platform/http/problem-map.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { Stops } from '../platform/stops.ts';
import { openDatabaseUrls, openTenants } from './administration.ts';
import { readGatewayFiles } from './gateway-files.ts';
import { runJudge } from './judge/run-judge.ts';
import type { Terminal } from './terminal.ts';

/** The command line is not one of those documented; `message` says why. */
export class WrongUsage extends Error {}

/** Arguments after the command's words → exit code. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const JSON_OPTION = { json: { type: 'boolean' } } as const;

export const COMMANDS: Readonly<Record<string, Command>> = {
  'config check': reportConfig,
  migrate: runMigrate,
  'tenants create': createTenant,
  'tenants policy': setPolicy,
  'clients create': createClient,
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
    const sentence = applied.length === 0 ? 'The schema is current.' : `Applied: ${applied.join(', ')}`;
    terminal.out(values.json ? JSON.stringify({ applied }) : sentence);
    return 0;
  });
}

async function createTenant(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, {
    allowPositionals: true,
    options: {
      ...JSON_OPTION,
      role: { type: 'string' },
      authority: { type: 'string' },
      'authority-reference': { type: 'string' },
      'authority-from': { type: 'string' },
      'authority-to': { type: 'string' },
    },
  });
  const name = onlyName(positionals);
  const { role = 'verifier' } = values;
  if (role !== 'verifier' && role !== 'service-provider') {
    throw new WrongUsage('--role is verifier or service-provider.');
  }
  const authority = readAuthority(values);
  const request = { name, role, ...(authority === undefined ? {} : { authority }) } as const;
  return withTenants(terminal, async (tenants) => {
    const created = resultOf(await tenants.createTenant(request));
    terminal.out(values.json ? JSON.stringify(created) : `Tenant ${created.name} (${created.tenantId}) was made.`);
  });
}

async function setPolicy(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, {
    allowPositionals: true,
    options: { ...JSON_OPTION, set: { type: 'string', multiple: true } },
  });
  const name = onlyName(positionals);
  const { set } = values;
  if (set === undefined) throw new WrongUsage('--set KEY=VALUE is missing.');
  return withTenants(terminal, async (tenants) => {
    const policy = resultOf(await tenants.setPolicy(name, set));
    const lines = Object.entries(policy).map(([key, value]) => `${key}=${value}`);
    terminal.out(values.json ? JSON.stringify({ name, policy }) : lines.join('\n'));
  });
}

async function createClient(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments(args, {
    options: { ...JSON_OPTION, tenant: { type: 'string' }, scopes: { type: 'string' }, name: { type: 'string' } },
  });
  const { tenant, name } = values;
  if (tenant === undefined) throw new WrongUsage('--tenant NAME is missing.');
  if (values.scopes === undefined) throw new WrongUsage('--scopes SCOPE[,SCOPE...] is missing.');
  const scopes = values.scopes.split(',').map((scope) => scope.trim());
  return withTenants(terminal, async (tenants) => {
    const request = { tenant, scopes, ...(name === undefined ? {} : { name }) };
    const { clientId, apiKey } = resultOf(await tenants.createClient(request));
    const sentence = `Client ${clientId} was made. Its API key, shown this once:\n${apiKey}`;
    terminal.out(values.json ? JSON.stringify({ clientId, apiKey }) : sentence);
  });
}

function readArguments<T extends ParseArgsConfig>(args: readonly string[], config: T) {
  try {
    return parseArgs({ ...config, args: [...args], strict: true });
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

function onlyName(positionals: readonly string[]): string {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new WrongUsage('Give exactly one tenant name.');
  return name;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A day of the calendar: Date.parse takes 30 February for 2 March. */
function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE.test(value)) return false;
  const instant = Date.parse(value);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value);
}

function readAuthority(values: Readonly<Record<string, unknown>>): Authority | undefined {
  const { authority: kind, 'authority-reference': reference, 'authority-from': from, 'authority-to': to } = values;
  if ([kind, reference, from, to].every((value) => value === undefined)) return undefined;
  if (kind !== 'accreditation' && kind !== 'contract') {
    throw new WrongUsage('--authority is accreditation or contract.');
  }
  if (typeof reference !== 'string' || reference === '') throw new WrongUsage('--authority-reference is missing.');
  if (!isDate(from) || !(to === undefined || isDate(to))) {
    throw new WrongUsage('--authority-from and --authority-to are dates, YYYY-MM-DD; the first is required.');
  }
  if (to !== undefined && to < from) throw new WrongUsage('--authority-to is before --authority-from.');
  return { kind, reference, from, to: to ?? null };
}

function readConfig(terminal: Terminal): AdministrationConfig {
  const parsed = parseAdministrationConfig(terminal.env, terminal.readFile);
  if (!parsed.ok) throw new StartRefused(parsed.problems);
  return parsed.config;
}

async function withStops<T>(work: (stops: Stops) => Promise<T>): Promise<T> {
  const stops = new Stops();
  try {
    return await work(stops);
  } finally {
    await stops.run();
  }
}

function withTenants(terminal: Terminal, work: (tenants: TenantService) => Promise<void>): Promise<number> {
  const { clock, log } = terminal;
  return withStops(async (stops) => {
    await work(await openTenants(readConfig(terminal), { clock, log, migrations: MIGRATIONS }, stops));
    return 0;
  });
}

function resultOf<T>(result: ServiceResult<T>): T {
  if (result.ok) return result.value;
  const said = result.errors?.map((error) => error.message) ?? [];
  throw new StartRefused(said.length > 0 ? said : [`${PROBLEMS[result.code].title}.`]);
}
