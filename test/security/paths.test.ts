import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CaseFiles } from '../../src/cli/judge/case-files.ts';
import { runInTerminal } from '../cli/terminal.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { type FakeApp, startFakeApp } from '../http/fake-app.ts';

let app: FakeApp;
let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  app = await startFakeApp({ stopTimeoutMs: 100 });
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'jpki-paths-'));
});
afterAll(async () => {
  await app.stop();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

function statusOf(target: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
    );
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text.slice(9, 12)));
  });
}

const OUTSIDE = [
  '../package.json',
  '../../package.json',
  '..%2f..%2fpackage.json',
  '%2e%2e/package.json',
  '..\\package.json',
];

describe('files over HTTP', () => {
  it.each([
    ...OUTSIDE,
    '....//package.json',
    '.git/config',
    'swagger-ui.css%00.js',
    'swagger-ui.css/../../package.json',
    '',
  ])('are the three named assets and no other: %s', async (name) => {
    expect(['400', '404']).toContain(await statusOf(`/docs/assets/${name}`));
  });

  it('are those', async () => {
    expect(await statusOf('/docs/assets/start.js')).toBe('200');
  });
});

describe('names at the command line', () => {
  const jpki = (...args: string[]) =>
    runInTerminal(args, { DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl, DATA_DIR: directory });

  it.each(['../bank', 'bank/../../etc', '/etc/passwd', 'bank\u0000', 'bank\n', '.', '..', '~', 'C:\\bank', 'bank%2f'])(
    'of a tenant are no paths: %j',
    async (name) => {
      const { code } = await jpki('tenants', 'create', name);
      expect(code).not.toBe(0);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', '../tenants'])('of a command are no others: %s', async (name) => {
    expect((await jpki(name, 'list')).code).toBe(2);
    expect((await jpki('tenants', name)).code).toBe(2);
  });

  it('make no file but those of the service itself', async () => {
    expect((await jpki('tenants', 'create', 'bank')).code).toBe(0);
    for (const name of await readdir(directory)) expect(name).toMatch(/^vault-key/);
  });
});

describe('files that a case to be judged names', () => {
  it('are read as what they are said to be, and nothing of others is repeated', async () => {
    const secret = join(directory, 'secret.pem');
    await writeFile(secret, '-----BEGIN PRIVATE KEY-----\nU0VOVElORUw=\n-----END PRIVATE KEY-----\nSENTINEL\n');
    const link = join(directory, 'certificate.crt');
    await symlink(secret, link);
    for (const path of [secret, link, '/dev/zero', directory, '/proc/self/environ', `${secret}\u0000.crt`]) {
      let told = '';
      try {
        new CaseFiles().readFirst('target', path, 'certificate');
      } catch (error) {
        told = String((error as Error).message);
      }
      expect(told).not.toMatch(/SENTINEL|U0VOVElORUw/);
    }
    expect(() => new CaseFiles().readFirst('target', secret, 'certificate')).toThrow('no PEM block of a certificate');
    expect(() => new CaseFiles().readFirst('target', '/dev/zero', 'certificate')).toThrow('is not a file');
  });
});

describe('files that are given to evidence verify', () => {
  const verify = (...args: string[]) => runInTerminal(['evidence', 'verify', ...args], {});
  const path = (name: string) => join(directory, name);

  it('are regular ones: a device or a pipe would never end', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    for (const one of ['/dev/zero', path('pipe'), directory]) {
      expect(await verify(one)).toMatchObject({ code: 1, err: [expect.stringContaining('is not a file')] });
      expect(await verify(path('secret.pem'), '--trust', one)).toMatchObject({ code: 1 });
      expect(await verify(path('secret.pem'), '--anchor', one)).toMatchObject({ code: 1 });
    }
  });

  it('are read no further than they may be long', async () => {
    const large = await open(path('large.zip'), 'w');
    await large.truncate(2 ** 40); // of holes: it takes no room
    await large.close();
    for (const args of [[path('large.zip')], [path('secret.pem'), '--trust', path('large.zip')]]) {
      expect(await verify(...args)).toMatchObject({ code: 1, err: [expect.stringContaining('is larger than')] });
    }
  });

  it('are never repeated', async () => {
    for (const args of [[path('secret.pem')], [path('secret.pem'), '--trust', path('secret.pem')]]) {
      const { out, err } = await verify(...args);
      expect([...out, ...err].join('\n')).not.toMatch(/SENTINEL|U0VOVElORUw/);
    }
  });

  it('that are not there are told by their name alone', async () => {
    expect(await verify(path('nothing'))).toMatchObject({ code: 1, err: [expect.stringContaining('cannot be read')] });
  });
});
