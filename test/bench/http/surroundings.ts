import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.ts';
import { Stops } from '../../../src/platform/stops.ts';
import { root, type SignedContent, signContent, signCrl, signOcspResponse } from '../authority.ts';
import { type HelperProcess, startHelper } from './helper-process.ts';
import { type Environment, runJpki, type Service, startService } from './service.ts';

/** Bodies in turn, each by another certificate. */
const SIGNERS = 64;
const TENANT = 'bank-a';
const POOL_SIZE = '10';

/** The service as in production, on an embedded PostgreSQL that commits durably; and whoever speaks with it. */
export interface Surroundings {
  readonly service: Service;
  readonly apiKey: string;
  readonly signers: readonly SignedContent[];
  readonly loader: HelperProcess;
  readonly adminUrl: string;
  /** Of a role that row-level security does not bind. */
  readonly superuserUrl: string;
  readonly poolSize: number;
  readonly stops: Stops;
}

export async function layOut(): Promise<Surroundings> {
  const stops = new Stops();
  try {
    return await layOutWith(stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function layOutWith(stops: Stops): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-bench-'));
  chmodSync(folder, 0o755); // as root the server runs as another user
  stops.add(async () => rmSync(folder, { recursive: true, force: true }));
  const database = await startEmbeddedPostgres({ dataDir: folder, doomed: join(folder, 'postgres') });
  stops.add(() => database.stop());
  const signers = Array.from({ length: SIGNERS }, (_, number) => signContent(number));
  const responder = startHelper('responder.ts');
  stops.add(() => responder.stop());
  const responses = Object.fromEntries(
    signers.map(({ serial }) => [
      Buffer.from(serial).toString('hex'),
      Buffer.from(signOcspResponse(serial)).toString('base64'),
    ]),
  );
  const { port } = await responder.ask<{ port: number }>({ responses });
  const urls = { adminUrl: database.adminUrl, url: database.url };
  const env = buildEnvironment(folder, urls, `http://127.0.0.1:${port}/`);
  const apiKey = await createClient(env);
  const service = await startService(env, join(folder, 'service.log'));
  stops.add(() => service.stop());
  const loader = startHelper('load.ts');
  stops.add(() => loader.stop());
  const superuserUrl = new URL(database.superuserUrl);
  superuserUrl.pathname = new URL(database.url).pathname;
  const { adminUrl } = database;
  return {
    ...{ service, apiKey, signers, loader, adminUrl, stops },
    superuserUrl: superuserUrl.href,
    poolSize: Number(POOL_SIZE),
  };
}

function buildEnvironment(folder: string, database: { adminUrl: string; url: string }, ocspUrl: string): Environment {
  const anchors = join(folder, 'anchors');
  const crls = join(folder, 'crls');
  for (const path of [anchors, crls]) mkdirSync(path);
  writeFileSync(join(anchors, 'root.crt'), root);
  writeFileSync(join(crls, 'kiyose.crl'), signCrl());
  return {
    JPKI_MODE: 'production',
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    DATABASE_ADMIN_URL: database.adminUrl,
    DATABASE_POOL_SIZE: POOL_SIZE,
    DATA_DIR: join(folder, 'data'),
    TRUST_ANCHORS_DIR: anchors,
    TRUST_ANCHORS_UNPINNED: 'accept',
    OCSP_URL_DIGITAL_SIGNATURE: ocspUrl,
    OCSP_URL_USER_AUTHENTICATION: ocspUrl,
    CRL_DIR: crls,
    CERTIFICATE_POLICIES: '1.2.392.200149.8.5.1.0.20=digital-signature/card',
    OCSP_TIMEOUT_MS: '60000',
  };
}

async function createClient(env: Environment): Promise<string> {
  await runJpki(env, ['migrate']);
  await runJpki(env, ['tenants', 'create', TENANT, '--json']);
  const settings = ['challengeRequired=false', 'rateLimitPerMinute=1000000'];
  const policy = settings.flatMap((setting) => ['--set', setting]);
  await runJpki(env, ['tenants', 'policy', TENANT, ...policy]);
  const created = await runJpki(env, ['clients', 'create', '--tenant', TENANT, '--scopes', 'verify', '--json']);
  return (JSON.parse(created) as { apiKey: string }).apiKey;
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
