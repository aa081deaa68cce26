import { verifyPackage } from '../../src/cli/evidence/verify-package.ts';
import { buildPackage, type Stamp } from '../../src/features/evidence/build-package.ts';
import { createHttpTimestampAuthority } from '../../src/gateway/timestamp/http-timestamp-authority.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { createHttpClient } from '../../src/platform/http-client/http-client.ts';
import { silentLog } from '../../src/platform/log.ts';
import { takeRandom } from '../../src/platform/random.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { type PackageChoice, partsOf, SIGNER, TRUST, TSA_ROOT } from '../evidence-package.ts';
import { root, signContent, signCrl, signOcspResponse } from './authority.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { median } from './statistics.ts';

const MOST_MS = 50;
/** Makes a CRL of a little more than a megabyte. */
const REVOKED = 29_000;

async function medianMs(rounds: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

/** The sandbox's authority, asked over HTTP on the loopback: its own work is in the time. */
async function openAuthority() {
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, clock: systemClock, log: silentLog });
  const httpClient = createHttpClient();
  const authority = createHttpTimestampAuthority({
    ...{ url: `${sandbox.url}/timestamp`, trusted: [TSA_ROOT], policy: undefined, timeoutMs: 60_000 },
    ...{ clockSkewSeconds: 60, httpClient, crypto: nodeCrypto, clock: systemClock, randomBytes: takeRandom },
  });
  const stamp: Stamp = async (digest) => {
    const fetched = await authority.fetchTimestamp(digest);
    if (!fetched.ok) throw new Error(`no time stamp: ${fetched.code}`);
    return { state: 'stamped', token: fetched.token };
  };
  const close = async () => {
    httpClient.close();
    await sandbox.stop();
  };
  return { stamp, close };
}

async function run(options: BenchOptions) {
  const { stamp, close } = await openAuthority();
  try {
    return await measure(options, stamp);
  } finally {
    await close();
  }
}

async function measure({ quick }: BenchOptions, stamp: Stamp) {
  const rounds = quick ? 10 : 100;
  const { certificate, serial, content, signature } = signContent(1);
  const signed = { certificate, content, signature, roots: [root], at: Date.now() };
  const crl = signCrl(REVOKED);
  const choices: readonly (readonly [string, PackageChoice])[] = [
    ['OCSP', { ...signed, ocspResponse: signOcspResponse(serial) }],
    ['CRL', { ...signed, by: 'crl', crl }],
  ];
  const times: (readonly [string, number])[] = [];
  for (const [name, choice] of choices) {
    const parts = partsOf(choice);
    if (parts.evidence.answer.indication !== 'TOTAL-PASSED') throw new Error(`by ${name} it did not pass`);
    const { octets } = await buildPackage(parts, SIGNER, stamp);
    const verify = async () => {
      const { result } = await verifyPackage(octets, { ...TRUST, anchors: parts.evidence.rules.trustAnchors });
      if (result !== 'same') throw new Error(`by ${name} it is ${result}`);
    };
    times.push([`build by ${name}`, await medianMs(rounds, () => buildPackage(parts, SIGNER, stamp))]);
    times.push([`verify by ${name}`, await medianMs(rounds, verify)]);
  }
  const slowest = Math.max(...times.map(([, ms]) => ms));
  return {
    name: evidence.name,
    ratio: slowest,
    wanted: `≤ ${MOST_MS} ms each`,
    met: slowest <= MOST_MS,
    detail: `${times.map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`).join(', ')}; CRL of ${(crl.length / 1e6).toFixed(2)} MB`,
  };
}

/** An evidence package from what was read from the database to its octets, time stamp included, and back to a verdict. `ratio`: milliseconds. */
export const evidence: Bench = { name: 'evidence', run };
