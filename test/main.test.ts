import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEmptyTestDatabase, type TestDatabase } from './database.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createEmptyTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'jpki-main-'));
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, out: () => out, err: () => err, ended };
}

/** A service that has said where it is. */
async function start(): Promise<Run & { url: string; sandboxUrl: string; apiKey: string }> {
  // a responder that stalls is given up by the stop alone
  const env = { DATA_DIR: dataDir, DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl };
  const service = run([], { ...env, PORT: '0', SANDBOX_PORT: '0', OCSP_TIMEOUT_MS: '60000', LOG_LEVEL: 'info' });
  while (!service.out().includes('Ctrl-C') && service.child.exitCode === null) await sleep(50);
  const [url = '', sandboxUrl = '', apiKey = ''] = ['service', 'sandbox', 'API key'].map(
    (name) => new RegExp(`${name} +(\\S+)`).exec(service.out())?.[1],
  );
  return { ...service, url, sandboxUrl, apiKey };
}

/** Begins a request and resolves when the service has taken it; `finish` sends the body and gives the status. */
async function beginRequest(
  url: URL,
  apiKey: string,
): Promise<{ finish: (body: string) => Promise<number | undefined> }> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}`, Expect: '100-continue' };
  const request = httpRequest(url, { method: 'POST', headers });
  const answered = once(request, 'response');
  request.flushHeaders();
  await once(request, 'continue');
  return {
    finish: async (body) => {
      request.end(body);
      const [response] = (await answered) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    },
  };
}

/** Asked of nobody: a stop has no time to lose. */
async function untilStopping({ err, child }: Run): Promise<void> {
  while (!err().includes('"service.stopping"') && child.exitCode === null) await sleep(5);
}

describe('a start that cannot be', () => {
  it('says every problem as a sentence, without a stack trace, and exits 1', async () => {
    const { ended, out, err } = run([], { JPKI_MODE: 'production', PORT: 'x' });
    expect([await ended, out()]).toEqual([1, '']);
    expect(err().trim().split('\n')).toHaveLength(5);
    expect(err()).not.toMatch(/^\s+at /m);
  });

  it('of an unknown command exits 2', async () => {
    const { ended, err } = run(['serve'], {});
    expect([await ended, err()]).toEqual([2, expect.stringContaining('There is no command "serve"')]);
  });

  it.each(['sandbox', 'demo'])('of the %s in production is refused', async (command) => {
    const { ended, out, err } = run([command], { JPKI_MODE: 'production', DATA_DIR: dataDir });
    expect([await ended, out(), err()]).toEqual([1, '', expect.stringMatching(/^There is no sandbox in production/)]);
  });

  it('the tour without a service names what to do', async () => {
    const { ended, err } = run(['demo'], { DATA_DIR: dataDir });
    expect([await ended, err()]).toEqual([1, expect.stringContaining('npm start')]);
  });
});

describe('a running service', () => {
  it('prints a command that passes; SIGTERM answers what is in flight and ends it', async () => {
    const service = await start();
    const command = /^curl .*$/m.exec(service.out())?.[0] as string;
    for (let times = 0; times < 2; times += 1) {
      const pasted = spawn('sh', ['-c', command]);
      let answer = '';
      for await (const chunk of pasted.stdout) answer += chunk;
      expect(JSON.parse(answer).indication).toBe('TOTAL-PASSED');
    }

    const inFlight = await beginRequest(new URL('/jpki/challenges', service.url), service.apiKey);
    service.child.kill('SIGTERM');
    await untilStopping(service);
    expect(await inFlight.finish('{"kind":"signature","purpose":"a"}')).toBe(201);
    expect(await service.ended).toBe(0);
    const logged = service.err().trimEnd().split('\n');
    expect(logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')).toEqual([]);
    expect(logged.at(-1)).toContain('"service.stopped"');
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow();
  });

  it('on SIGTERM gives up on a responder that stalls, and answers who waits for it', async () => {
    const { url, sandboxUrl, apiKey, ...service } = await start();
    const send = (method: string, address: string, body: string, headers = {}) =>
      fetch(address, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
    const stall = { faults: [{ target: 'ocsp', fault: 'delay', delayMs: 120_000, times: 1 }] };
    await send('PUT', `${sandboxUrl}/faults`, JSON.stringify(stall));
    const content = JSON.stringify({ purpose: 'account-opening', content: 'eA==' });
    const signed = await (await send('POST', `${sandboxUrl}/residents/mihon-taro/signatures`, content)).text();

    const inFlight = send('POST', `${url}/jpki/verify`, signed, { Authorization: `Bearer ${apiKey}` });
    const isAsked = async () => !(await (await fetch(`${sandboxUrl}/faults`)).text()).includes('delay');
    while (!(await isAsked())) await sleep(20);
    service.child.kill('SIGTERM');
    const answer = await inFlight;
    expect([answer.status, await answer.json()]).toMatchObject([200, { indication: 'INDETERMINATE', retryable: true }]);
    expect(await service.ended).toBe(0);
  });

  it('does not start with another deployment’s key file', async () => {
    await writeFile(join(dataDir, 'vault-key'), '{}', { mode: 0o600 });
    const env = { DATA_DIR: dataDir, DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl };
    const { ended, err } = run([], { ...env, PORT: '0', SANDBOX_PORT: '0' });
    expect(await ended).toBe(1);
    expect(err()).not.toMatch(/^\s+at /m);
    expect(err()).toContain('key file');
  });
});
