import type { Instant } from '../instant.ts';

export interface TimestampPlan {
  /** So long after the newest timestamp is one taken of the seals since. */
  readonly intervalMs: number;
  /** So long before the newest one ends is it renewed. */
  readonly marginMs: number;
}

/** The newest timestamp. */
export interface NewestTimestamp {
  readonly lastBatch: number;
  readonly genTime: Instant;
  readonly endsAt: Instant;
}

/** `renewal`: the newest one is about to end, or has ended. */
export type TimestampDue = 'first' | 'interval' | 'renewal';

/**
 * Is a timestamp due? `lastBatch`: the last seal, 0 without any. An authority whose own certificate is about to end gives
 * tokens that end as soon: one taken within the margin waits for half of what is left to it, and not for the next minute.
 */
export function timestampDue(
  { intervalMs, marginMs }: TimestampPlan,
  newest: NewestTimestamp | undefined,
  lastBatch: number,
  now: Instant,
): TimestampDue | undefined {
  if (newest === undefined) return lastBatch > 0 ? 'first' : undefined;
  if (lastBatch <= newest.lastBatch) return undefined;
  const { genTime, endsAt } = newest;
  if (now >= Math.max(endsAt - marginMs, genTime + (endsAt - genTime) / 2)) return 'renewal';
  return now >= genTime + intervalMs ? 'interval' : undefined;
}
