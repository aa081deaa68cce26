import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../src/platform/database/embedded/free-port.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export type Environment = Readonly<Record<string, string>>;

/** A production start of the checkout, its log going into a file as it would. */
export interface Service {
  readonly port: number;
  /** Resident memory now, and the longest stall of the event loop since it was asked last. */
  readFigures(): Promise<{ readonly memoryMb: number; readonly stallMs: number }>;
  stop(): Promise<void>;
}

export async function startService(env: Environment, logFile: string): Promise<Service> {
  const port = await findFreePort(0);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env, PORT: String(port) },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await untilReady(`http://127.0.0.1:${port}/readyz`, child);
  return {
    port,
    readFigures: async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      return {
        memoryMb: read('process_resident_memory_bytes') / 1e6,
        stallMs: read('nodejs_eventloop_lag_max_seconds') * 1000,
      };
    },
    stop: async () => {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exit;
    },
  };
}

/** Resolves when it answers 200; rejects when the process ends before. */
export async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the service ended while it started');
    if ((await fetch(url).catch(() => undefined))?.ok === true) return;
    await sleep(10);
  }
}

/** Standard output of a `jpki` command. */
export async function runJpki(env: Environment, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['src/main.ts', 'cli', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`jpki ${args[0]} ended with ${code}`);
  return text;
}
