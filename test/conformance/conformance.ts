/**
 * `npm run conformance`: the corpora in CORPORA_DIR through the `judge` command. Prints the agreement by section and each
 * disagreement with its reason out of exceptions.json. Exit code 1 for an unexplained disagreement, an exception that none
 * needs any more, a false acceptance whatever is said of it, or an agreement below what is wanted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CORPORA, type ConformanceCase } from './corpora.ts';
import { judgeCases, type Verdict } from './judge-process.ts';

interface Judged extends ConformanceCase {
  readonly verdict: Verdict;
}

interface Exception {
  readonly case: string;
  readonly reason: string;
}

/** Cases in agreement at least, of corpora that are whole. */
const WANTED: Readonly<Record<string, number>> = { PKITS: 234, OCSP: 90 };
const STRICT = 'OCSP without legacyAlgorithms';

const print = (line: string) => process.stdout.write(`${line}\n`);
const faults: string[] = [];

const disagrees = ({ expected, verdict }: Judged): boolean =>
  expected !== 'either' && (verdict.outcome === 'accepted') !== (expected === 'valid');

function printSections(judged: readonly Judged[]): void {
  for (const [section, cases] of Map.groupBy(judged, (one) => one.section)) {
    const agreeing = cases.filter((one) => !disagrees(one)).length;
    print(`${section.padEnd(66)} ${String(agreeing).padStart(5)} of ${String(cases.length).padStart(5)}`);
  }
}

/** Without legacyAlgorithms: what only SHA-1 or a short key keeps from acceptance is refused for that. */
function judgeStrictly(strict: readonly Judged[], legacy: readonly Judged[]): void {
  const admitted = new Set(legacy.flatMap(({ judge, verdict }) => (verdict.outcome === 'accepted' ? [judge.id] : [])));
  const refused = strict.filter(
    ({ judge, verdict }) => admitted.has(judge.id.replace('ocsp-strict/', 'ocsp/')) && verdict.outcome !== 'accepted',
  );
  const others = refused.filter(({ verdict }) => verdict.subIndication !== 'CRYPTO_CONSTRAINTS_FAILURE');
  print(`${STRICT}: ${refused.length} refused for SHA-1, ${others.length} of them otherwise`);
  faults.push(...others.map(({ judge }) => `${judge.id}: not refused as CRYPTO_CONSTRAINTS_FAILURE`));
}

function explain(judged: readonly Judged[], exceptions: ReadonlyMap<string, string>): void {
  for (const one of judged.filter(disagrees)) {
    const { judge, verdict, expected } = one;
    const said = [verdict.outcome, verdict.subIndication, verdict.problem].filter(Boolean).join(' ');
    const reason = exceptions.get(judge.id);
    print(`  ${judge.id}: ${expected}, here ${said}\n      ${reason ?? 'UNEXPLAINED'}`);
    if (verdict.outcome === 'accepted') faults.push(`${judge.id}: false acceptance`);
    else if (reason === undefined) faults.push(`${judge.id}: unexplained`);
  }
  const told = judged.filter(({ verdict }) => verdict.problem !== undefined);
  faults.push(...told.map(({ judge, verdict }) => `${judge.id}: ${verdict.problem}`));
}

const folder = resolve(process.env.CORPORA_DIR ?? '../shared/corpora');
if (!existsSync(folder)) {
  print(`conformance: skipped, no corpora at ${folder} (set CORPORA_DIR)`);
} else {
  const exceptions = new Map(
    (JSON.parse(readFileSync(join(import.meta.dirname, 'exceptions.json'), 'utf8')) as readonly Exception[]).map(
      (one) => [one.case, one.reason] as const,
    ),
  );
  const corpora = Object.entries(CORPORA).map(([name, read]) => ({ name, cases: read(folder) }));
  const verdicts = await judgeCases(corpora.flatMap(({ cases = [] }) => cases.map(({ judge }) => judge)));
  const byName = new Map<string, readonly Judged[]>();
  for (const { name, cases } of corpora) {
    if (cases === undefined) print(`${name}: skipped, not in ${folder}`);
    else
      byName.set(
        name,
        cases.map((one) => ({ ...one, verdict: verdicts.get(one.judge.id) as Verdict })),
      );
  }
  for (const [name, judged] of byName) {
    if (name === STRICT) {
      judgeStrictly(judged, byName.get('OCSP') ?? []);
      const wrong = judged.filter((one) => disagrees(one) && one.verdict.outcome === 'accepted');
      faults.push(...wrong.map(({ judge }) => `${judge.id}: false acceptance`));
      continue;
    }
    printSections(judged);
    explain(judged, exceptions);
    const agreeing = judged.filter((one) => !disagrees(one)).length;
    print(`${name}: ${agreeing} of ${judged.length} agree`);
    const wanted = WANTED[name] ?? judged.length;
    if (agreeing < wanted) faults.push(`${name}: ${agreeing} agree, ${wanted} are wanted`);
  }
  const lenient = [...byName].flatMap(([name, judged]) => (name === STRICT ? [] : judged));
  const needed = new Set(lenient.filter(disagrees).map(({ judge }) => judge.id));
  const present = new Set(lenient.map(({ judge }) => judge.id.split('/')[0]));
  for (const id of exceptions.keys()) {
    if (present.has(id.split('/')[0]) && !needed.has(id)) faults.push(`${id}: an exception that nothing needs`);
  }
  for (const fault of faults) print(`FAULT ${fault}`);
  print(`conformance: ${verdicts.size} cases, ${needed.size} disagreements, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
