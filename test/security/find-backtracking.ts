import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Expression } from './regular-expressions.ts';

/** Of one search in a text of some five thousand parts; each place may be left forty times. */
const MOST_BACKTRACKS = 200_000;
/** What has no end is ended; all together take a few seconds, on a busy machine a minute. */
const LONGEST_MS = 170_000;

const ENGINE = [
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  `--regexp-backtracks-before-fallback=${MOST_BACKTRACKS}`,
  '--trace-experimental-regexp-engine',
];
const PROGRAM = join(import.meta.dirname, 'try-expressions.ts');

/** The sources of those that backtrack too often: counted by the engine, not timed. */
export function findBacktracking(expressions: readonly Expression[], longestMs = LONGEST_MS): readonly string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...ENGINE, PROGRAM], {
    input: JSON.stringify(expressions),
    timeout: longestMs,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    encoding: 'utf8',
  });
  const tried = stderr.split('\n').filter((line) => line.startsWith('{'));
  if (status === null) return [(JSON.parse(tried.at(-1) ?? '{}') as Expression).source];
  if (!stderr.includes('done\n')) throw new Error(`the expressions could not be tried: ${stderr.slice(-2_000)}`);
  const told = stdout.matchAll(/Experimental execution[^\n]* of regexp \S+ <String\[\d+\]: (?:#(.*)|(".*"))>$/gm);
  return [...new Set([...told].map(([, plain, quoted]) => plain ?? (JSON.parse(quoted as string) as string)))];
}
