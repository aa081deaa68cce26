import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { verifyPackage } from '../../src/cli/evidence/verify-package.ts';
import { type RunningService, startService } from '../../src/compose.ts';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { withDatabase } from '../database-server.ts';
import { ask } from '../http/request.ts';
import { PATIENCE } from '../patience.ts';
import { findInstalledPostgres, type PostgresServer, startPostgresServer } from './postgres-server.ts';
import { CHECKOUT, layOutSurroundings, runJpki } from './running-service.ts';
import { signedBody, verify } from './verifications.ts';

const PASSWORDS = { OWNER_PASSWORD: 'of-the-owner', LOGIN_PASSWORD: 'of-the-login' };
const programs = findInstalledPostgres();
const given = programs === undefined ? describe.skip : describe;

let surroundings: Awaited<ReturnType<typeof layOutSurroundings>>;
let env: Record<string, string>;
/** Made on the first server, and in the backup. */
let key: string;
let before: Awaited<ReturnType<typeof verified>>;
const servers: PostgresServer[] = [];
let running: RunningService | undefined;

const place = (...names: string[]) => join(surroundings.folder, ...names);

/** What the operator's shell knows. */
function environmentOf(server: PostgresServer, name: string): Record<string, string> {
  const urlOf = (user: string, password: string) => `postgres://${user}:${password}@127.0.0.1:${server.port}/jpki`;
  const dataDir = place(name);
  mkdirSync(dataDir);
  return {
    ...surroundings.env,
    ...PASSWORDS,
    DATABASE_URL: urlOf('jpki_app', PASSWORDS.LOGIN_PASSWORD),
    DATABASE_ADMIN_URL: urlOf('jpki_owner', PASSWORDS.OWNER_PASSWORD),
    DATA_DIR: dataDir,
    VAULT_KEY_FILE: join(dataDir, 'vault-key'),
    SERVER_URL: server.superuserUrl,
    SUPERUSER_URL: withDatabase(server.superuserUrl, 'jpki'),
    DUMPS: place('dumps'),
    KEYS: place('keys'),
    RECORD_KEYS: place('record-keys'),
    SEALS: place('seals'),
  };
}

/** The commands of docs/OPERATIONS.md, as they stand there under that heading. */
function documented(first: 'backup' | 'restore'): string {
  const text = readFileSync(join(CHECKOUT.folder, 'docs/OPERATIONS.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const block = blocks.find((one) => one.startsWith(`# ${first}`));
  if (block === undefined) throw new Error(`docs/OPERATIONS.md has no block that begins with "# ${first}"`);
  return block;
}

const run = promisify(execFile);
const shell = (commands: string) =>
  run('/bin/sh', ['-eu', '-c', commands], {
    cwd: CHECKOUT.folder,
    env: { ...env, PATH: `${programs}:${process.env.PATH}` },
  });
const jpki = (...args: string[]) => runJpki(CHECKOUT, env, args);

async function newServer(name: string): Promise<void> {
  const server = await startPostgresServer(programs as string);
  servers.push(server);
  env = environmentOf(server, name);
}

/** As production starts it, more patient than its limits are: the machine may be busy with other tests. */
async function newService(): Promise<RunningService> {
  const parsed = parseConfig({ ...env, PORT: '0' }, (path) => readFileSync(path, 'utf8'));
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  running = await startService(parsed.config, { clock: systemClock, log: silentLog, patience: PATIENCE });
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  return running;
}

async function end(service: RunningService): Promise<void> {
  await service.stop();
  running = undefined;
}

async function packageOf(service: RunningService, key: string, id: string): Promise<Buffer> {
  const headers = { Authorization: `Bearer ${key}` };
  const response = await fetch(`${service.url}/jpki/verifications/${id}/evidence`, { headers });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Once the seal is on it, from then on always the same. */
async function sealedPackageOf(service: RunningService, key: string, id: string): Promise<Buffer> {
  for (;;) {
    const octets = await packageOf(service, key, id);
    const { auditLines } = await verifyPackage(octets, { anchors: [], keys: [] });
    if (auditLines.waiting === 0) return octets;
    await sleep(500);
  }
}

async function judged(name: string): Promise<string> {
  const anchors = ['--anchor', place('roots.pem')];
  const keys = ['--trust', place('keys.json')];
  return jpki('evidence', 'verify', place(name), ...anchors, ...keys, '--json');
}

async function keepKeysOfSeals(service: RunningService, key: string): Promise<void> {
  writeFileSync(place('keys.json'), (await ask(service.url, '/jpki/audit-seals', { key })).text);
}

async function verified(service: RunningService, key: string, content: string) {
  const answer = await verify(service, key, await signedBody(surroundings.sandboxUrl, 'mihon-taro', content));
  expect(answer).toMatchObject({ indication: 'TOTAL-PASSED' });
  return answer as NonNullable<typeof answer>;
}

/** Until every line is in the trail, and with it in the seals that are written out. */
async function exportSeals(to: string): Promise<void> {
  const client = new pg.Client({ connectionString: env.SUPERUSER_URL });
  await client.connect();
  while ((await client.query('select from audit_unsealed')).rowCount !== 0) await sleep(200);
  await client.end();
  await jpki('audit', 'seals', 'export', '--to', to);
}

given(
  `a backup by pg_dump${programs === undefined ? ' (skipped: no PostgreSQL with pg_dump is installed)' : ''}`,
  () => {
    beforeAll(async () => {
      surroundings = await layOutSurroundings();
      for (const name of ['dumps', 'keys', 'record-keys', 'seals']) mkdirSync(place(name));
      writeFileSync(place('roots.pem'), await (await fetch(`${surroundings.sandboxUrl}/trust-anchors`)).text());
    });
    afterAll(async () => {
      await running?.stop();
      for (const server of servers) await server.destroy();
      await surroundings?.tearDown();
    });

    it('restored into an empty server serves as before; audit trail and evidence hold, of before and after', async () => {
      await newServer('old');
      await shell(documented('restore').split('pg_restore')[0] as string);
      await jpki('migrate');
      await jpki('tenants', 'create', 'bank-a');
      await jpki('tenants', 'policy', 'bank-a', '--set', 'challengeRequired=false');
      const scopes = ['--scopes', 'verify,subjects:read,subjects:write,legal-holds,reports:export'];
      const client = JSON.parse(await jpki('clients', 'create', '--tenant', 'bank-a', ...scopes, '--json'));
      key = client.apiKey;
      const old = await newService();
      before = await verified(old, key, 'before the backup');
      const hold = { body: { subjectId: before.subject?.id, reason: 'litigation' }, key };
      expect((await ask(old.url, '/jpki/legal-holds', hold)).status).toBe(201);
      const octets = await sealedPackageOf(old, key, before.verificationId);
      writeFileSync(place('before.zip'), octets);
      await keepKeysOfSeals(old, key);

      await shell(documented('backup'));
      const lost = await verified(old, key, 'after the backup');
      await exportSeals(place('later.ndjson'));
      await end(old);
      await servers[0]?.destroy();

      await newServer('new');
      await shell(documented('restore'));
      const restored = await newService();
      const read = async (id: string) => ask(restored.url, `/jpki/verifications/${id}`, { key });
      const { status, body } = await read(before.verificationId);
      expect([status, body.attributes, body.checks]).toEqual([200, before.attributes, before.checks]);
      expect((await read(lost.verificationId)).status).toBe(404);
      const holds = await ask(restored.url, '/jpki/legal-holds', { key });
      expect(holds.body.items).toMatchObject([{ subjectId: before.subject?.id, liftedAt: null }]);

      expect(JSON.parse(await judged('before.zip'))).toMatchObject({ result: 'same', indication: 'TOTAL-PASSED' });
      expect((await sealedPackageOf(restored, key, before.verificationId)).equals(octets)).toBe(true);
      const after = await verified(restored, key, 'after the restore');
      expect(after.subject).toEqual({ id: before.subject?.id, isNew: false });
      writeFileSync(place('after.zip'), await sealedPackageOf(restored, key, after.verificationId));
      expect(JSON.parse(await judged('after.zip'))).toMatchObject({ result: 'same', indication: 'TOTAL-PASSED' });

      const trail = JSON.parse(await jpki('audit', 'verify', '--against', place('seals/seals.ndjson'), '--json'));
      expect(trail).toMatchObject({ sound: true, faults: 0 });
      // what happened after the backup is lost, and seals held outside tell
      await expect(jpki('audit', 'verify', '--against', place('later.ndjson'))).rejects.toThrow(/ended with 1/);
      await end(restored);
    });

    it('without the key store serves all the same, what it held closed until its dump is found', async () => {
      await newServer('without-key-store');
      const found = /^.*key-store\.dump.*$/m;
      await shell(documented('restore').replace(found, ''));
      const service = await newService();
      const read = async (id: string) => {
        const { status, body } = await ask(service.url, `/jpki/verifications/${id}`, { key });
        return [status, body.code, body.attributes];
      };
      expect(await read(before.verificationId)).toEqual([410, 'record-shredded', undefined]);
      const after = await verified(service, key, 'without the keys of before');
      expect(await read(after.verificationId)).toEqual([200, undefined, after.attributes]);

      const dump = '"$RECORD_KEYS/key-store.dump"';
      await shell(`pg_restore --dbname "$SUPERUSER_URL" --exit-on-error --data-only ${dump}`);
      expect(await read(before.verificationId)).toEqual([200, undefined, before.attributes]);
      expect(await read(after.verificationId)).toEqual([200, undefined, after.attributes]);
      await end(service);
    }, 900_000);

    it('by the owner is refused rather than empty', async () => {
      const dump = 'pg_dump --dbname "$DATABASE_ADMIN_URL" --format=custom --file "$DUMPS/owner.dump"';
      await expect(shell(dump)).rejects.toThrow(/row-level security/);
    });
  },
);
