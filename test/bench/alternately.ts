import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BenchOptions } from './bench.ts';
import { median, spread } from './statistics.ts';

/** One side of a comparison: does its work once. Throws when what it does did not succeed. */
export type Work = () => void | Promise<void>;

export interface Comparison {
  /** Median over the rounds of (time of ours / time of the other). */
  readonly ratio: number;
  readonly spread: string;
  readonly oursUs: number;
  readonly otherUs: number;
}

const BATCH_MS = 25;
/** After twenty thousand verifications V8 still compiles beside them, which is counted too and which a service soon forgets. */
const WARM_UP_MS = 6000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

/**
 * Runs both alternately, in batches that take about as long as each other, and compares within each round. What is compared
 * is the processor time of the process, all its threads (garbage collection) included: on a machine that others use, time
 * by the clock tells mostly about the others. A batch ends with a collection of what is young, within its time: each side
 * pays for its own garbage, where otherwise the next batch would (an X509Certificate's native half costs its collector more
 * than all that our decoder leaves).
 */
export async function compareAlternately(ours: Work, other: Work, { quick }: BenchOptions): Promise<Comparison> {
  const warmUpMs = quick ? 400 : WARM_UP_MS;
  const rounds = quick ? 8 : 60;
  const oursBatch = await sizeBatch(ours, warmUpMs);
  const otherBatch = await sizeBatch(other, warmUpMs);
  const oursTimes: number[] = [];
  const otherTimes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => oursTimes.push(await timeBatch(ours, oursBatch)),
      async () => otherTimes.push(await timeBatch(other, otherBatch)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const ratios = oursTimes.map((time, round) => time / (otherTimes[round] as number));
  return {
    ratio: median(ratios),
    spread: spread(ratios),
    oursUs: median(oursTimes),
    otherUs: median(otherTimes),
  };
}

/** Microseconds of processor time for one of `count`. */
async function timeBatch(work: Work, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const pending = work();
    if (pending !== undefined) await pending;
  }
  collect({ type: 'minor' });
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system) / count;
}

/** Warms the work up, then says how many fill a batch. */
async function sizeBatch(work: Work, warmUpMs: number): Promise<number> {
  const until = performance.now() + warmUpMs;
  let timeUs = await timeBatch(work, 1);
  while (performance.now() < until) timeUs = await timeBatch(work, Math.max(1, Math.ceil((BATCH_MS * 1000) / timeUs)));
  return Math.max(1, Math.round((BATCH_MS * 1000) / timeUs));
}

const us = (value: number): string => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} µs`;

export function describeComparison({ spread: between, oursUs, otherUs }: Comparison, other: string): string {
  return `ours ${us(oursUs)}, ${other} ${us(otherUs)}; four fifths of the rounds ${between}`;
}
