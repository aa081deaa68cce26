import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeVector } from './finding.ts';
import { describeReport, isClean, type Report, runTarget } from './run.ts';
import { TARGETS } from './targets.ts';

/** `npm run fuzz -- TARGET|all [--seconds N | --executions N] [--seed N] [--json FILE]`: exit code 1 with a finding. */

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '20' },
    executions: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const names = TARGETS.map(({ name }) => name);
const [wanted = ''] = positionals;
const chosen = wanted === 'all' ? names : names.filter((name) => name === wanted);
const numbers = { seconds: Number(values.seconds), executions: Number(values.executions), seed: Number(values.seed) };

if (chosen.length === 0 || positionals.length > 1 || Object.values(numbers).some((number) => !(number >= 0))) {
  say(`usage: npm run fuzz -- ${names.join('|')}|all [--seconds N | --executions N] [--seed N] [--json FILE]`);
  process.exitCode = 2;
} else {
  const reports = await runAll(chosen);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports, null, 2)}\n`);
  if (reports.length < chosen.length || !reports.every(isClean)) process.exitCode = 1;
}

/** Two at a time, which is what the smallest machine has cores for. */
async function runAll(targets: readonly string[]): Promise<readonly Report[]> {
  const waiting = [...targets];
  const reports: Report[] = [];
  const lane = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const report = await runTarget({ target, ...numbers }, (finding) => {
        say(`${finding.target}: ${finding.kind}: ${finding.what}, kept as test/vectors/fuzz/${writeVector(finding)}`);
      });
      if (report === undefined) continue;
      reports.push(report);
      say(describeReport(report));
    }
  };
  await Promise.all([lane(), lane()]);
  return reports;
}
