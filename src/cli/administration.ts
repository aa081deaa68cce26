import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type AdministrationConfig, parseAdministrationConfig } from '../config.ts';
import type { ServiceResult } from '../features/service-result.ts';
import type { Actor } from '../features/tenants/act-line.ts';
import { createTenantService, type TenantService } from '../features/tenants/service.ts';
import type { Clock } from '../platform/clock.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { DATABASE, LOGIN, OWNER, urlOf } from '../platform/database/embedded/cluster.ts';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.ts';
import { loadRecord } from '../platform/database/embedded/record.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { describeSchemaLag } from '../platform/database/start-conditions.ts';
import { PROBLEMS } from '../platform/http/problem-map.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { Stops } from '../platform/stops.ts';
import { createVault } from '../platform/vault/create-vault.ts';
import type { Terminal } from './terminal.ts';

export interface DatabaseUrls {
  readonly url: string;
  readonly adminUrl: string;
}

/** A server that is not there says so at once; one that is may be busy. */
const PATIENCE_MS = 5_000;

/**
 * The database that the service uses: the one given; else the embedded one of DATA_DIR, that of a running service or, when
 * none runs, started for as long as the command takes.
 */
export async function openDatabaseUrls(config: AdministrationConfig, stops: Stops): Promise<DatabaseUrls> {
  if (config.database !== undefined) return config.database;
  const running = await findRunningEmbedded(config.dataDir);
  if (running !== undefined) return running;
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir });
  stops.add(() => embedded.stop());
  return { url: embedded.url, adminUrl: embedded.adminUrl };
}

async function findRunningEmbedded(dataDir: string): Promise<DatabaseUrls | undefined> {
  const isThere = await access(join(dataDir, 'postgres.json')).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const { port, passwords } = await loadRecord(dataDir);
  const url = urlOf(LOGIN, passwords.login, port, DATABASE);
  const probe = createDatabase({ url, poolSize: 1, log: silentLog });
  const isRunning = port !== 0 && (await probe.isReachable(PATIENCE_MS));
  await probe.close();
  return isRunning ? { url, adminUrl: urlOf(OWNER, passwords.owner, port, DATABASE) } : undefined;
}

/** Tenants and clients of the deployment; StartRefused when its schema is behind. */
export async function openTenants(
  config: AdministrationConfig,
  parts: { readonly clock: Clock; readonly log: Log; readonly migrations: string },
  stops: Stops,
): Promise<TenantService> {
  const { url } = await openDatabaseUrls(config, stops);
  const database = createDatabase({ url, poolSize: 2, log: parts.log });
  stops.add(() => database.close());
  const lag = await describeSchemaLag(database, parts.migrations);
  if (lag !== undefined) throw new StartRefused([lag]);
  const vault = await createVault({ keyFile: config.vaultKeyFile, keys: config.keys, database, log: parts.log });
  return createTenantService({ database, hashes: vault.hashes, clock: parts.clock, mode: config.mode });
}

export function readConfig(terminal: Terminal): AdministrationConfig {
  const parsed = parseAdministrationConfig(terminal.env, terminal.readFile);
  if (!parsed.ok) throw new StartRefused(parsed.problems);
  return parsed.config;
}

export async function withStops<T>(work: (stops: Stops) => Promise<T>): Promise<T> {
  const stops = new Stops();
  try {
    return await work(stops);
  } finally {
    await stops.run();
  }
}

/** Work on tenants and clients, in the name of who runs the command. */
export function withTenants(
  terminal: Terminal,
  work: (tenants: TenantService, operator: Actor) => Promise<void>,
): Promise<number> {
  const { clock, log } = terminal;
  return withStops(async (stops) => {
    await work(await openTenants(readConfig(terminal), { clock, log, migrations: MIGRATIONS }, stops), operator());
    return 0;
  });
}

/** The account on this machine: the command line asks for no key. */
export function operator(): Actor {
  return { kind: 'operator', name: accountName(), right: 'operator', address: null, requestId: null };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`; // a container's user may have no name
  }
}

export function resultOf<T>(result: ServiceResult<T>): T {
  if (result.ok) return result.value;
  const said = result.errors?.map((error) => error.message) ?? [];
  throw new StartRefused(said.length > 0 ? said : [`${PROBLEMS[result.code].title}.`]);
}
