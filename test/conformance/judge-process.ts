import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

export interface Verdict {
  readonly id: string;
  readonly outcome: 'accepted' | 'rejected' | 'indeterminate';
  readonly subIndication?: string;
  readonly status?: string;
  readonly failedChecks: readonly string[];
  readonly problem?: string;
}

/** Feeds cases through the `judge` command; a verdict for each by its id, or an error when one has none. */
export async function judgeCases(cases: readonly { readonly id: string }[]): Promise<ReadonlyMap<string, Verdict>> {
  const judge = spawn(process.execPath, ['src/main.ts', 'cli', 'judge'], {
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(judge, 'close');
  const verdicts = new Map<string, Verdict>();
  const reading = (async () => {
    for await (const line of createInterface({ input: judge.stdout })) {
      const verdict = JSON.parse(line) as Verdict;
      verdicts.set(verdict.id, verdict);
    }
  })();
  for (const one of cases) if (!judge.stdin.write(`${JSON.stringify(one)}\n`)) await once(judge.stdin, 'drain');
  judge.stdin.end();
  const [code] = await ended;
  await reading;
  if (code !== 0) throw new Error(`judge ended with ${code}`);
  const missing = cases.filter(({ id }) => !verdicts.has(id));
  if (missing.length > 0 || verdicts.size !== cases.length) throw new Error(`${missing.length} cases got no verdict`);
  return verdicts;
}
