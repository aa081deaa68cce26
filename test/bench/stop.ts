import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SANDBOX_KEY_FILE } from '../../src/features/tenants/sandbox-client.ts';
import { findFreePort } from '../../src/platform/database/embedded/free-port.ts';
import type { Bench } from './bench.ts';
import { untilReady } from './http/service.ts';
import { median } from './statistics.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MOST_SECONDS = 5;
const IN_FLIGHT = 10;

async function send(method: string, url: string, body: unknown, apiKey = ''): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  return fetch(url, { method, headers, body: JSON.stringify(body) });
}

/** Verifications that all wait for a responder which does not answer; resolves once it was asked for each. */
async function beginVerifications(service: string, sandbox: string, apiKey: string): Promise<Promise<Response>[]> {
  const request = { purpose: 'account-opening', content: 'eA==' };
  const signed = await (await send('POST', `${sandbox}/residents/mihon-taro/signatures`, request)).json();
  const stall = { target: 'ocsp', fault: 'delay', delayMs: 120_000, times: IN_FLIGHT };
  await send('PUT', `${sandbox}/faults`, { faults: [stall] });
  const answers = Array.from({ length: IN_FLIGHT }, () => send('POST', `${service}/jpki/verify`, signed, apiKey));
  while ((await (await fetch(`${sandbox}/faults`)).text()).includes('delay')) await sleep(5);
  return answers;
}

interface Stop {
  /** From SIGTERM to the end of the process. */
  readonly seconds: number;
  readonly answered: number;
}

async function timeStop(child: ChildProcess, service: string, sandbox: string, apiKey: string): Promise<Stop> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const answers = await beginVerifications(service, sandbox, apiKey);
  const startedAt = performance.now();
  child.kill('SIGTERM');
  const settled = await Promise.allSettled(answers);
  await exit;
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, answered: settled.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length };
}

async function startAndStop(dataDir: string): Promise<Stop> {
  const [port, sandboxPort] = [await findFreePort(0), await findFreePort(0)];
  const settings = {
    DATA_DIR: dataDir,
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    OCSP_TIMEOUT_MS: '60000',
  };
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...settings },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  try {
    const service = `http://127.0.0.1:${port}`;
    await untilReady(`${service}/readyz`, child);
    const apiKey = readFileSync(join(dataDir, SANDBOX_KEY_FILE), 'utf8').trim();
    return await timeStop(child, service, `http://127.0.0.1:${sandboxPort}`, apiKey);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** SIGTERM while verifications wait for a responder that stalls: what a stop takes at the longest. */
export const stop: Bench = {
  name: 'stop',
  async run({ quick }) {
    const dataDir = mkdtempSync(join(tmpdir(), 'jpki-bench-stop-'));
    chmodSync(dataDir, 0o755);
    try {
      const stops: Stop[] = [];
      for (let round = 0; round < (quick ? 1 : 3); round++) stops.push(await startAndStop(dataDir));
      const ratio = median(stops.map(({ seconds }) => seconds));
      const met = ratio <= MOST_SECONDS && stops.every(({ answered }) => answered === IN_FLIGHT);
      const told = stops.map(({ seconds, answered }) => `${seconds.toFixed(2)} (${answered} of ${IN_FLIGHT} answered)`);
      const detail = `seconds, no peer: ${told.join(', ')}`;
      return { name: stop.name, ratio, wanted: `≤ ${MOST_SECONDS} s`, met, detail };
    } finally {
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
