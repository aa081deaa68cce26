import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

export interface JudgeRun {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly err: string;
}

/** `jpki judge` in a process of its own, with an empty environment, fed with `input`. */
export async function runJudgeProcess(input: string | Uint8Array, args: readonly string[] = []): Promise<JudgeRun> {
  const judge = spawn(process.execPath, ['src/main.ts', 'cli', 'judge', ...args], { cwd: root, env: {} });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  judge.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  judge.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  judge.stdin.on('error', () => {});
  judge.stdin.end(input);
  const [code] = (await once(judge, 'close')) as [number | null];
  const text = Buffer.concat(out).toString();
  return { code, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n'), err: Buffer.concat(err).toString() };
}
