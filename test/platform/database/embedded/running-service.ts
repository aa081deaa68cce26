import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EmbeddedPostgresOptions } from '../../../../src/platform/database/embedded/embedded-postgres.ts';

const SERVICE = fileURLToPath(new URL('service.ts', import.meta.url));

export interface Answer {
  readonly url?: string;
  readonly adminUrl?: string;
  readonly notes?: readonly string[];
  readonly failure?: string;
  readonly stopped?: boolean;
}

/** A service in a process of its own, which a test may kill. */
export interface RunningService {
  readonly answer: Answer;
  readonly process: ChildProcess;
  kill(): Promise<void>;
  stop(): Promise<Answer>;
}

export async function startService(options: EmbeddedPostgresOptions, script = SERVICE): Promise<RunningService> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value } = await lines.next();
    return value === undefined ? { failure: 'the service said nothing' } : (JSON.parse(value) as Answer);
  };
  const answer = await next();
  return {
    answer,
    process: child,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
    stop: async () => {
      const closed = once(child, 'close');
      child.stdin.end();
      const last = await next();
      await closed;
      return last;
    },
  };
}

export const dataOf = (dataDir: string): string => join(dataDir, 'postgres', 'data');

export function postmasterOf(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Zombies, which hold nothing, count as gone. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '');
}

/** However long it takes: what never comes is ended by the time that a test has. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

export async function ask(url: string | undefined, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
