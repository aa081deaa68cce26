import type { Config } from '../config.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import type { Database } from '../platform/database/database.ts';
import { createHttpClient, type HttpClient } from '../platform/http-client/http-client.ts';
import type { Log } from '../platform/log.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import type { Stops } from '../platform/stops.ts';
import type { Tracer } from '../platform/telemetry/current-work.ts';
import { traceHttpClient } from '../platform/telemetry/traced-http-client.ts';
import { createVault } from '../platform/vault/create-vault.ts';
import type { KeyEncryption } from '../platform/vault/key-encryption.ts';
import type { Vault } from '../platform/vault/vault.ts';
import { PATIENCE, type Parts } from './parts.ts';
import { refuseUnfitDatabase } from './production-surroundings.ts';

/** What everything else is built on. */
export interface Foundation extends Required<Parts> {
  readonly config: Config;
  readonly database: Database;
  readonly vault: Vault & { readonly keyEncryption: KeyEncryption };
  readonly metrics: Metrics;
  readonly httpClient: HttpClient;
  /** Undefined unless traces are asked for. */
  readonly tracer: Tracer | undefined;
}

export async function layFoundation(
  databaseUrl: string,
  config: Config,
  { clock, log, patience = PATIENCE }: Parts,
  stops: Stops,
): Promise<Foundation> {
  const database = createDatabase({
    url: databaseUrl,
    poolSize: config.databasePoolSize,
    acquireTimeoutMs: patience.connectionMs,
    statementTimeoutMs: patience.statementMs,
    log,
  });
  stops.add(() => database.close());
  if (config.mode === 'production') await refuseUnfitDatabase(config, database, log);
  const vault = await createVault({ keyFile: config.vaultKeyFile, keys: config.keys, database, log });
  const metrics = createMetrics();
  const tracer = await openTelemetry(config, { log, metrics, flushMs: patience.telemetryMs }, stops);
  const httpClient = traceHttpClient(createHttpClient());
  stops.add(async () => httpClient.close());
  return { clock, log, patience, config, database, vault, metrics, httpClient, tracer };
}

/** The SDK is loaded where it is asked for alone. */
async function openTelemetry(
  { telemetry }: Config,
  parts: { readonly log: Log; readonly metrics: Metrics; readonly flushMs: number },
  stops: Stops,
): Promise<Tracer | undefined> {
  if (telemetry === undefined) return undefined;
  const { startTelemetry } = await import('../platform/telemetry/start-telemetry.ts');
  const { tracer, stop } = await startTelemetry(telemetry, parts);
  stops.add(stop);
  return tracer;
}
