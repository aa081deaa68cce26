/**
 * The gate over what production is made of: `npm audit --omit=dev` finds nothing (or the registry does not offer it, which
 * is said; any other failure fails), and every production dependency of the CycloneDX bill of materials has a licence of
 * the list. `--write FILE` keeps the bill. Prints two lines; exit code 1 with what is wrong.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bill, judgeAudit, judgeLicences } from './supply-chain-rules.ts';

const root = join(import.meta.dirname, '..', '..');
const LONGEST_MS = 120_000;
const MOST_OCTETS = 64 * 1024 * 1024;

function npm(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    timeout: LONGEST_MS,
    maxBuffer: MOST_OCTETS,
  });
  return { status, output: stdout ?? '' };
}

const bill = npm('sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only');
const writeAt = process.argv.indexOf('--write');
if (writeAt >= 0) writeFileSync(process.argv[writeAt + 1] ?? 'sbom.cdx.json', bill.output);
const judged = [
  judgeLicences(bill.status === 0 ? (JSON.parse(bill.output) as Bill) : { components: [] }),
  judgeAudit(npm('audit', '--omit=dev', '--json')),
];
for (const { sentence } of judged) console.log(sentence);
process.exitCode = judged.every(({ holds }) => holds) ? 0 : 1;
