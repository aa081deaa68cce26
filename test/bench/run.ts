/**
 * `npm run bench [-- --only NAME] [--quick] [--json FILE]`: each bench runs its floor or peer and ours alternately; what
 * is told is the median ratio of the rounds. Exit code 1 when a bench does not run; a figure missed is told, no failure.
 */
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { audit } from './audit-verify.ts';
import type { Bench, BenchResult } from './bench.ts';
import { coreCms } from './core-cms.ts';
import { coreCmsPkijs } from './core-cms-pkijs.ts';
import { coreRaw } from './core-raw.ts';
import { decodeCertificateBench } from './decode-certificate.ts';
import { evidence } from './evidence.ts';
import { httpBadInput } from './http-bad-input.ts';
import { httpVerify } from './http-verify.ts';
import { httpVerifyOcsp } from './http-verify-ocsp.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import { vault } from './vault.ts';

const BENCHES: readonly Bench[] = [
  coreRaw,
  coreCms,
  coreCmsPkijs,
  decodeCertificateBench,
  httpVerify,
  httpVerifyOcsp,
  httpBadInput,
  audit,
  evidence,
  vault,
  start,
  stop,
];

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const chosen = BENCHES.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(`There is no bench "${values.only}": ${BENCHES.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const [{ model = 'unknown' } = {}] = cpus();
const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
console.log(`${model}, ${cpus().length} cores, ${memory}, ${platform()} ${arch()}, Node ${process.version}\n`);

const row = ({ name, ratio, wanted, met, detail }: BenchResult): string =>
  `${name.padEnd(20)} ${ratio.toFixed(2).padStart(7)}  ${wanted.padEnd(26)} ${met ? 'met   ' : 'MISSED'}  ${detail}`;

const results: BenchResult[] = [];
try {
  for (const bench of chosen) {
    const result = await bench.run({ quick: values.quick });
    results.push(result);
    console.log(row(result));
  }
} finally {
  for (const bench of chosen) await bench.close?.();
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ benches: results }, null, 2)}\n`);
