import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createSealKeys } from '../../src/features/audit/seal-keys.ts';
import { createSealer } from '../../src/features/audit/sealer.ts';
import { verifyTrail } from '../../src/features/audit/verify-trail.ts';
import { createDatabase } from '../../src/platform/database/create-database.ts';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { MIGRATIONS } from '../../src/platform/database/migrations-directory.ts';
import { silentLog } from '../../src/platform/log.ts';
import { Stops } from '../../src/platform/stops.ts';
import { createDeploymentSecrets } from '../../src/platform/vault/deployment-secrets.ts';
import { oneKey } from '../platform/vault/one-key.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { median } from './statistics.ts';

const LEAST_LINES_A_SECOND = 30_000;
/** By so much may the greatest memory of the second half exceed that of the first: garbage; kept lines would take more. */
const MEMORY_SLACK_BYTES = 64e6;

/** Lines as verifications write them, of five tenants, straight into the table. */
const GENERATE = `
  insert into audit_unsealed (tenant_id, id, at, actor, allowed_by, act, target, from_address, request_id)
  select ('00000000-0000-4000-8000-00000000000' || n % 5)::uuid, 'aud_' || lpad(n::text, 26, '0'),
    now() + n * interval '1 millisecond', 'client:cli_068w3w5k1r7q3a8v068w3w5k1r', 'verify', 'verification.perform',
    'ver_' || lpad(n::text, 26, '0'), '192.0.2.' || n % 250, gen_random_uuid()
  from generate_series($1::integer, $2::integer) n`;
const GENERATED_AT_ONCE = 20_000;

async function layOut(lines: number, stops: Stops) {
  const dataDir = mkdtempSync(join(tmpdir(), 'jpki-bench-audit-'));
  chmodSync(dataDir, 0o755); // as root the server runs as another user
  stops.add(async () => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startEmbeddedPostgres({ dataDir, doomed: join(dataDir, 'postgres') });
  stops.add(() => server.stop());
  const { adminUrl, url } = server;
  await migrate({ adminUrl, loginUrl: url, directory: MIGRATIONS, log: silentLog });
  const login = createDatabase({ url, poolSize: 2, log: silentLog });
  const owner = createDatabase({ url: adminUrl, poolSize: 2, log: silentLog });
  const superuserUrl = new URL(server.superuserUrl);
  superuserUrl.pathname = new URL(url).pathname;
  const superuser = new pg.Client({ connectionString: superuserUrl.href });
  await superuser.connect();
  stops.add(async () => {
    await Promise.all([login.close(), owner.close(), superuser.end()]);
  });
  const keys = createSealKeys(login, createDeploymentSecrets(oneKey(Buffer.alloc(32, 1))));
  const deliver = async () => undefined;
  const sealer = createSealer({ database: login, keys, clock: { now: Date.now }, log: silentLog, deliver });
  let sealingMs = 0;
  for (let first = 1; first <= lines; first += GENERATED_AT_ONCE) {
    await superuser.query(GENERATE, [first, Math.min(first + GENERATED_AT_ONCE - 1, lines)]);
    const startedAt = performance.now();
    await sealer.sealAll();
    sealingMs += performance.now() - startedAt;
  }
  await superuser.query('vacuum analyze');
  return { owner, keys, sealedPerSecond: lines / (sealingMs / 1000) };
}

/** Greatest memory in the first and in the second half of the time, looked at every few milliseconds. */
async function watchMemory<T>(work: () => Promise<T>): Promise<{ value: T; first: number; second: number }> {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const { heapUsed, external } = process.memoryUsage();
    samples.push(heapUsed + external);
  }, 5);
  const value = await work().finally(() => clearInterval(timer));
  const half = Math.floor(samples.length / 2);
  return { value, first: Math.max(...samples.slice(0, half)), second: Math.max(...samples.slice(half)) };
}

async function run({ quick }: BenchOptions) {
  const stops = new Stops();
  try {
    const lines = quick ? 40_000 : 600_000;
    const { owner, keys, sealedPerSecond } = await layOut(lines, stops);
    const verify = () =>
      verifyTrail({ database: owner, isOwnKey: keys.isOwn, held: undefined, report: () => undefined });
    const rates: number[] = [];
    let memory = { first: 0, second: 0 };
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now();
      const { value, first, second } = await watchMemory(verify);
      if (value.faults > 0 || value.lines < lines) throw new Error(`not verified: ${JSON.stringify(value)}`);
      rates.push(value.lines / ((performance.now() - startedAt) / 1000));
      memory = { first, second };
    }
    const rate = median(rates);
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    return {
      name: audit.name,
      ratio: rate / LEAST_LINES_A_SECOND,
      wanted: `≥ ${LEAST_LINES_A_SECOND} lines a second, constant memory`,
      met: rate >= LEAST_LINES_A_SECOND && memory.second <= memory.first + MEMORY_SLACK_BYTES,
      detail: `${rate.toFixed(0)} lines a second of ${lines}; at most ${megabytes(memory.first)} in the first half, ${megabytes(memory.second)} in the second; sealing ${sealedPerSecond.toFixed(0)} lines a second`,
    };
  } finally {
    await stops.run();
  }
}

/** `jpki audit verify` over a trail that a sealer made, on an embedded PostgreSQL. `ratio`: to the lines a second wanted. */
export const audit: Bench = { name: 'audit.verify', run };
