import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../src/platform/database/embedded/free-port.ts';
import type { Bench } from './bench.ts';
import { untilReady } from './http/service.ts';
import { median } from './statistics.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MOST_SECONDS = 5;

/** Seconds from `npm start` until it is ready; then it is stopped. */
async function timeStart(dataDir: string): Promise<number> {
  const [port, sandboxPort] = [await findFreePort(0), await findFreePort(0)];
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DATA_DIR: dataDir,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`, child);
    return (performance.now() - startedAt) / 1000;
  } finally {
    child.kill('SIGTERM');
    await exit;
  }
}

/** `npm start` to ready, with the data of an earlier start. */
export const start: Bench = {
  name: 'start',
  async run({ quick }) {
    const dataDir = mkdtempSync(join(tmpdir(), 'jpki-bench-start-'));
    chmodSync(dataDir, 0o755);
    try {
      const first = await timeStart(dataDir);
      const seconds: number[] = [];
      for (let round = 0; round < (quick ? 1 : 5); round++) seconds.push(await timeStart(dataDir));
      const ratio = median(seconds);
      const all = seconds.map((one) => one.toFixed(2)).join(', ');
      const detail = `seconds, no peer: ${all}; the first, which made the data, ${first.toFixed(2)}`;
      return { name: start.name, ratio, wanted: `≤ ${MOST_SECONDS} s`, met: ratio <= MOST_SECONDS, detail };
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
