import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdministrationConfig } from '../config.ts';
import { createTenantService, type TenantService } from '../features/tenants/service.ts';
import type { Clock } from '../platform/clock.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { DATABASE, LOGIN, OWNER, urlOf } from '../platform/database/embedded/cluster.ts';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.ts';
import { loadRecord } from '../platform/database/embedded/record.ts';
import { describeSchemaLag } from '../platform/database/start-conditions.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { StartRefused } from '../platform/start-refused.ts';
import type { Stops } from '../platform/stops.ts';
import { createVault } from '../platform/vault/create-vault.ts';

export interface DatabaseUrls {
  readonly url: string;
  readonly adminUrl: string;
}

const PATIENCE_MS = 1_000;

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
  const vault = await createVault({ keyFile: config.vaultKeyFile, database, log: parts.log });
  return createTenantService({ database, hashes: vault.hashes, clock: parts.clock, mode: config.mode });
}
