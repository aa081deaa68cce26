import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureSentences } from '../src/cli/failure-sentences.ts';
import { type RunningService, startService } from '../src/compose.ts';
import { parseConfig } from '../src/config.ts';
import { silentLog } from '../src/platform/log.ts';
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from './database.ts';
import { asSuperuser } from './database-server.ts';
import { FIXTURE_NOW, readFixture } from './fixtures.ts';
import { ask } from './http/request.ts';
import { PATIENCE } from './patience.ts';

let database: TestDatabase;
let empty: TestDatabase;
let old: TestDatabase;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  [database, empty, old] = await Promise.all([createTestDatabase(), createEmptyTestDatabase(), createTestDatabase()]);
  await pretendOld(old);
  folder = await mkdtemp(join(tmpdir(), 'jpki-production-'));
  for (const name of ['anchors', 'broken', 'none', 'crls', 'data']) await mkdir(join(folder, name));
  const root = readFixture('root-digital-signature-2.crt');
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(root).toString('base64')}\n-----END CERTIFICATE-----\n`;
  await writeFile(join(folder, 'anchors/one.cer'), root);
  await writeFile(join(folder, 'anchors/same.pem'), pem);
  await writeFile(join(folder, 'anchors/readme.txt'), 'not a certificate');
  await writeFile(join(folder, 'broken/a.crt'), 'not a certificate');
  env = {
    JPKI_MODE: 'production',
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: database.url,
    TRUST_ANCHORS_DIR: join(folder, 'anchors'),
    TRUST_ANCHORS_UNPINNED: 'accept',
    OCSP_URL_DIGITAL_SIGNATURE: 'http://127.0.0.1:1/',
    OCSP_URL_USER_AUTHENTICATION: 'http://127.0.0.1:1/',
  };
});
afterAll(async () => {
  await Promise.all([database.drop(), empty.drop(), old.drop()]);
  await rm(folder, { recursive: true, force: true });
});

/** A function of our own stands before the server's: the database says that it is of PostgreSQL 14. */
async function pretendOld({ superuserUrl }: TestDatabase): Promise<void> {
  const name = new URL(superuserUrl).pathname.slice(1);
  await asSuperuser(
    superuserUrl,
    `create function public.current_setting(name text) returns text language sql
       return case name when 'server_version_num' then '140019' else '14.19' end;
     alter database ${name} set search_path = public, pg_catalog`,
  );
}

function start(overrides: Record<string, string> = {}): Promise<RunningService> {
  const parsed = parseConfig({ ...env, ...overrides }, () => '');
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  return startService(parsed.config, { clock: { now: () => FIXTURE_NOW }, log: silentLog, patience: PATIENCE });
}

describe('a production start', () => {
  it('serves without a sandbox, and says loudly that an anchor is not pinned', async () => {
    const tsa = { TSA_URL: 'http://127.0.0.1:1/', TSA_TRUST_ANCHORS: join(folder, 'anchors') };
    const service = await start({ CRL_DIR: join(folder, 'crls'), ...tsa });
    try {
      expect(service.sandbox).toBeUndefined();
      expect(service.notes).toEqual([
        expect.stringMatching(/^WARNING: the trust anchor with SHA-256 [0-9a-f]{64} is none of/),
      ]);
      const ready = await ask(service.url, '/readyz');
      expect(ready).toMatchObject({ status: 200, body: { mode: 'production', gateway: { crls: [] } } });
    } finally {
      await service.stop();
    }
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'an anchor is not pinned',
      () => ({ TRUST_ANCHORS_UNPINNED: '' }),
      /^The certificate with SHA-256 [0-9a-f]{64} in TRUST_ANCHORS_DIR is none of/,
    ],
    ['there are no anchors', () => ({ TRUST_ANCHORS_DIR: join(folder, 'none') }), /holds no \*\.pem/],
    ['an anchor cannot be read', () => ({ TRUST_ANCHORS_DIR: join(folder, 'broken') }), /^a\.crt in TRUST_ANCHORS_DIR/],
    [
      'nobody vouches for the time stamping authority',
      () => ({ TSA_URL: 'http://127.0.0.1:1/', TSA_TRUST_ANCHORS: join(folder, 'broken/a.crt') }),
      /^TSA_TRUST_ANCHORS holds no whole certificate/,
    ],
    ['the directory of CRLs is away', () => ({ CRL_DIR: join(folder, 'no-crls') }), /^CRL_DIR cannot be read/],
    ['the server is too old', () => ({ DATABASE_URL: old.url }), /^PostgreSQL 14\.19 is too old: version 15/],
    ['the schema is behind', () => ({ DATABASE_URL: empty.url }), /npm run jpki -- migrate/],
    ['the login owns the database', () => ({ DATABASE_URL: database.adminUrl }), /owns the database or its tables/],
    ['the login is a superuser', () => ({ DATABASE_URL: database.superuserUrl }), /is a superuser/],
    ['the database is away', () => ({ DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' }), /^The database cannot be used/],
    ['the port is a privileged or used one', () => ({ PORT: new URL(database.url).port }), /^Port \d+ is in use/],
  ])('stops with a sentence when %s', async (_name, overrides, sentence) => {
    const error = await start(overrides()).catch((thrown: unknown) => thrown);
    expect(failureSentences(error)?.[0]).toMatch(sentence);
  });

  it('accepts a strong login when told to', async () => {
    const service = await start({ DATABASE_URL: database.adminUrl, DATABASE_SUPERUSER: 'accept' });
    await service.stop();
  });
});
