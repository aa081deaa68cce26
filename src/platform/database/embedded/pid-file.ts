import { spawnSync } from 'node:child_process';
import { readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { markerOf } from './guard.ts';
import { type ProcessFacts, readAttachments, readProcess } from './process-table.ts';

/** `postmaster.pid`, by line: process id, data directory, start time, port, socket directory, address, shared memory, state. */
interface PidFile {
  readonly pid: number;
  readonly data: string;
  readonly port: number;
  /** Id of the shared memory segment by which PostgreSQL itself tells whether anybody still works on the data. */
  readonly segment: number;
  readonly state: string;
}

export const pidFileOf = (data: string): string => join(data, 'postmaster.pid');

export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFileOf(data), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const segment = Number((lines[6] ?? '').split(/\s+/)[1]);
  return { pid: Number(lines[0]), data: lines[1] ?? '', port: Number(lines[3]), segment, state: lines[7] ?? '' };
}

/** Longer than any server needs between making its pid file and writing it. */
const BEING_WRITTEN_MS = 10_000;

/**
 * Makes way for a start: a pid file whose process is not our PostgreSQL (its number reused by another process) is removed; a server that is being stopped is waited for; one left without a guard is stopped. Rejects when a running
 * service uses the data.
 */
export async function makeWay(directory: string, data: string, patienceMs: number): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const pidFile = await readPidFile(data);
    if (pidFile === undefined) return;
    if (pidFile.data === '' && (await isYoung(pidFileOf(data)))) {
      if (Date.now() > until) throw inUse(directory, pidFile.pid);
      await sleep(50);
      continue;
    }
    const server = await readServer(pidFile.pid, data);
    if (server === undefined && !(pidFile.data === data && (await isAttached(pidFile.segment)))) {
      // PostgreSQL itself takes over from a dead one, and safely where two do so at once.
      const isDead = pidFile.data === data && (await readProcess(pidFile.pid)) === undefined;
      if (!isDead) await rm(pidFileOf(data), { force: true });
      return;
    }
    const user = server === undefined ? 'nobody' : await findUser(directory, server);
    if (user === 'service') throw inUse(directory, pidFile.pid);
    if (user === 'nobody' && server !== undefined) signal('INT', server.pid);
    if (Date.now() > until) throw inUse(directory, pidFile.pid);
    await sleep(50);
  }
}

/**
 * PostgreSQL makes the file first and writes it then. Whoever took the file of a server that is just starting for a left
 * one, and removed it, would start a second server on the same data.
 */
async function isYoung(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs < BEING_WRITTEN_MS;
}

async function readServer(pid: number, data: string): Promise<ProcessFacts | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const facts = await readProcess(pid);
  if (facts === undefined) return undefined;
  const named = facts.command.some((part, index) => part === '-D' && facts.command[index + 1] === data);
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined); // the postmaster works in its data directory
  return named || directory === data ? facts : undefined;
}

/** Whom the server serves: a running service, a guard that is stopping it because its service is gone, or nobody. */
async function findUser(directory: string, server: ProcessFacts): Promise<'service' | 'guard' | 'nobody'> {
  const marker = await readFile(markerOf(directory), 'utf8').catch(() => '');
  const [service, guard] = marker.trim().split(' ').map(Number);
  const parent = await readProcess(server.parent);
  if (parent !== undefined && parent.pid === guard) return parent.parent === service ? 'service' : 'guard';
  return service !== undefined && (await readProcess(service)) !== undefined ? 'service' : 'nobody';
}

/** Children of a killed server end by themselves within moments; as long as one lives, the data must not be opened. */
async function isAttached(segment: number): Promise<boolean> {
  return Number.isSafeInteger(segment) && ((await readAttachments(segment)) ?? 0) > 0;
}

function signal(name: 'INT', pid: number): void {
  spawnSync('/bin/kill', [`-${name}`, String(pid)], { stdio: 'ignore' });
}

function inUse(directory: string, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database in ${directory} is in use by another running service (PostgreSQL process ${pid}): stop it first, or set DATA_DIR to another directory.`,
  );
}
