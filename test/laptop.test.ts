import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { isAlive, untilTrue } from './platform/database/embedded/running-service.ts';

/** `npm start` as on a laptop: nothing given, the embedded PostgreSQL, Ctrl-C, and again. */

const ROOT = join(import.meta.dirname, '..');
const dataDir = mkdtempSync(join(tmpdir(), 'jpki-laptop-'));
// PostgreSQL runs as another user when the tests run as root.
chmodSync(dataDir, 0o755);
const started: ChildProcess[] = [];

afterAll(() => {
  for (const { pid } of started) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended, as it should
    }
  }
  rmSync(dataDir, { recursive: true, force: true });
});

interface Laptop {
  readonly url: string;
  readonly curl: string;
  readonly apiKey: string;
  /** Ctrl-C: the terminal sends SIGINT to the whole group. */
  interrupt(): Promise<void>;
}

async function npmStart(): Promise<Laptop> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    DATA_DIR: dataDir,
    PORT: '0',
    SANDBOX_PORT: '0',
    OCSP_TIMEOUT_MS: '60000',
  };
  const child = spawn('npm', ['start'], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  while (!said.includes('Ctrl-C') && child.exitCode === null) await sleep(50);
  const found = (pattern: RegExp): string => {
    const value = pattern.exec(said)?.[1];
    if (value === undefined) throw new Error(`npm start did not say ${pattern}: ${said}`);
    return value;
  };
  return {
    url: found(/^ *service +(http:\S+)$/m),
    curl: found(/^(curl .*)$/m),
    apiKey: found(/(jpk_\S+)$/m),
    async interrupt() {
      process.kill(-(child.pid as number), 'SIGINT');
      await ended;
    },
  };
}

async function paste(command: string): Promise<{ readonly verificationId: string; readonly indication: string }> {
  const shell = spawn('sh', ['-c', command]);
  let answer = '';
  for await (const chunk of shell.stdout) answer += chunk;
  return JSON.parse(answer);
}

function postmasterPid(): number | undefined {
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Processes are found by /proc. */
const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux(
  'passes the printed curl, ends whole on Ctrl-C, and keeps the data for the next start',
  async () => {
    const first = await npmStart();
    const { verificationId, indication } = await paste(first.curl);
    expect(indication).toBe('TOTAL-PASSED');
    const postmaster = postmasterPid() as number;
    expect(postmaster).toBeGreaterThan(0);
    await first.interrupt();
    await untilTrue(() => !isAlive(postmaster));
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow();

    const second = await npmStart();
    expect(second.apiKey).toBe(first.apiKey);
    const read = await fetch(`${second.url}/jpki/verifications/${verificationId}`, {
      headers: { authorization: `Bearer ${second.apiKey}` },
    });
    expect([read.status, ((await read.json()) as { indication: string }).indication]).toEqual([200, 'TOTAL-PASSED']);
    await second.interrupt();
  },
  360_000,
);
