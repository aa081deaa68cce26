import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { Campaign, type Finding } from './campaign.ts';
import { type Orders, type Report, SHARED_HEADER } from './run.ts';
import { TARGETS } from './targets.ts';

/** One campaign in a thread of its own, so that an input that never returns is seen from outside. */

const { target: name, seed, seconds, executions, shared }: Orders = workerData;
const target = TARGETS.find((one) => one.name === name);
if (target === undefined || parentPort === null) throw new Error('started without a target');
const port = parentPort;
const counters = new Int32Array(shared, 0, 2);
const current = new Uint8Array(shared, SHARED_HEADER);

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is still held when all that can be freed is freed. */
function heldMemory(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A hundred times what the slowest input takes; what is much worse than linear in 32 KiB takes longer than that. */
const HANG_MS = 1_000;
const seen = new Set<string>();
const MAX_REPORTED = 20;

const campaign = new Campaign(target, {
  seed,
  hangMs: HANG_MS,
  found(finding: Finding) {
    const sort = `${finding.kind} ${finding.what.replaceAll(/\d+/g, 'n')}`;
    if (seen.has(sort) || seen.size >= MAX_REPORTED) return;
    seen.add(sort);
    port.postMessage({ finding });
  },
  about(octets) {
    current.set(octets);
    counters[1] = octets.length;
    counters[0] = (counters[0] ?? 0) + 1;
  },
});

const started = performance.now();
const elapsed = (): number => (performance.now() - started) / 1000;
const over = (part: number): boolean =>
  executions > 0 ? campaign.executions >= executions * part : elapsed() >= seconds * part;
let heldEarly: number | undefined;
while (!over(1)) {
  for (let i = 0; i < 256; i++) campaign.step();
  if (heldEarly === undefined && over(0.3)) heldEarly = heldMemory();
}
const held = heldMemory();
const report: Report = {
  target: name,
  seed,
  executions: campaign.executions,
  seconds: elapsed(),
  accepted: campaign.accepted,
  features: campaign.pool.features.size,
  findings: campaign.findings,
  heldMegabytes: held / 2 ** 20,
  grownMegabytes: (held - (heldEarly ?? held)) / 2 ** 20,
};
port.postMessage({ report });
