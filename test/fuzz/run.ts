import { Worker } from 'node:worker_threads';
import type { Finding } from './campaign.ts';

export interface Orders {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  /** 0: as many as the seconds allow. */
  readonly executions: number;
  /** Two counters (inputs begun, octets of the current one), then the current input. */
  readonly shared: SharedArrayBuffer;
}

export interface Report {
  readonly target: string;
  readonly seed: number;
  readonly executions: number;
  readonly seconds: number;
  readonly accepted: number;
  /** Different things that the decoder was seen to do. */
  readonly features: number;
  readonly findings: number;
  readonly heldMegabytes: number;
  /** Since the first third of the run. */
  readonly grownMegabytes: number;
}

export const SHARED_HEADER = 8;
const SHARED_SIZE = SHARED_HEADER + 64 * 1024;
const LOOK_EVERY_MS = 1_000;
/** Looks that find the same input: time in which this process ran, however long others kept the machine. */
const STUCK_AFTER_LOOKS = 30;
const MAX_GROWTH_MEGABYTES = 32;

/** Runs one target in a thread; findings are handed on as they come, one that never returns ends the run. */
export function runTarget(
  orders: Omit<Orders, 'shared'>,
  found: (finding: Finding) => void,
): Promise<Report | undefined> {
  const shared = new SharedArrayBuffer(SHARED_SIZE);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...orders, shared } });
  return new Promise((resolve, reject) => {
    let report: Report | undefined;
    const watch = watchFor(shared, (octets) => {
      found({
        target: orders.target,
        kind: 'hang',
        what: `more than ${(STUCK_AFTER_LOOKS * LOOK_EVERY_MS) / 1000} s`,
        octets,
      });
      worker.terminate();
    });
    worker.on('message', (message: { finding?: Finding; report?: Report }) => {
      if (message.finding !== undefined) found(message.finding);
      report = message.report ?? report;
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearInterval(watch);
      resolve(report);
    });
  });
}

/** Looks whether the counter of inputs still moves; before the first input and after the last it does not, for a moment. */
function watchFor(shared: SharedArrayBuffer, stuck: (octets: Uint8Array) => void): NodeJS.Timeout {
  const counters = new Int32Array(shared, 0, 2);
  let before = counters[0] ?? 0;
  let looks = 0;
  return setInterval(() => {
    const now = counters[0] ?? 0;
    looks = now !== before || now === 0 ? 0 : looks + 1;
    before = now;
    if (looks === STUCK_AFTER_LOOKS) stuck(new Uint8Array(shared, SHARED_HEADER, counters[1] ?? 0).slice());
  }, LOOK_EVERY_MS);
}

/** Nothing was found, and nothing piles up. */
export function isClean({ findings, grownMegabytes }: Report): boolean {
  return findings === 0 && grownMegabytes < MAX_GROWTH_MEGABYTES;
}

export function describeReport(report: Report): string {
  const { target, executions, seconds, accepted, features, findings, grownMegabytes } = report;
  const perSecond = Math.round(executions / seconds);
  return [
    target.padEnd(14),
    `${executions} executions in ${seconds.toFixed(1)} s (${perSecond}/s)`,
    `${accepted} accepted`,
    `${features} features`,
    `${findings} findings`,
    `memory ${grownMegabytes >= 0 ? '+' : ''}${grownMegabytes.toFixed(1)} MB`,
    `seed ${report.seed}`,
  ].join(', ');
}
