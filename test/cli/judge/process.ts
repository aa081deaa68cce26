import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

export interface JudgeRun {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly err: string;
  /** The most memory that the process held at any time, in octets; undefined where the system does not tell. */
  readonly peakMemory: number | undefined;
}

/** `jpki judge` in a process of its own, with an empty environment, fed with `input`. */
export async function runJudgeProcess(input: string | Uint8Array, args: readonly string[] = []): Promise<JudgeRun> {
  const judge = spawn(process.execPath, ['src/main.ts', 'cli', 'judge', ...args], { cwd: root, env: {} });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  judge.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  judge.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  let peakMemory: number | undefined;
  const look = setInterval(() => {
    peakMemory = readPeakMemory(judge.pid) ?? peakMemory;
  }, 20);
  judge.stdin.on('error', () => {});
  judge.stdin.end(input);
  const [code] = (await once(judge, 'close')) as [number | null];
  clearInterval(look);
  const text = Buffer.concat(out).toString();
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return { code, lines, err: Buffer.concat(err).toString(), peakMemory };
}

/** Linux's own account, which misses nothing between two looks. */
function readPeakMemory(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
