import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli/cli.ts';
import { silentLog } from '../../src/platform/log.ts';

export interface Outcome {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs one `jpki` command in this process. */
export async function runInTerminal(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    env,
    readFile: (path) => readFileSync(path, 'utf8'),
    streams: { input: new PassThrough(), output: new PassThrough() },
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    clock: { now: () => Date.parse('2026-11-22T03:00:00Z') },
    log: silentLog,
  });
  return { code, out, err };
}
