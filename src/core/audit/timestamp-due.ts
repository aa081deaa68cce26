import type { Instant } from '../instant.ts';

export interface TimestampPlan {
  /** So long may a seal wait for the timestamp that covers it. */
  readonly intervalMs: number;
  /** So long before the newest timestamp ends is it renewed. */
  readonly marginMs: number;
}

/** The newest timestamp. */
export interface NewestTimestamp {
  readonly genTime: Instant;
  readonly endsAt: Instant;
}

/** `renewal`: the newest one is about to end, or has ended. */
export type TimestampDue = 'interval' | 'renewal';

/**
 * Is a timestamp due? `waitingSince`: when the first seal was made that the newest one does not cover; undefined without such.
 * An authority whose own certificate is about to end gives tokens that end as soon: one taken within the margin waits for half
 * of what is left to it, and not for the next minute.
 */
export function timestampDue(
  { intervalMs, marginMs }: TimestampPlan,
  newest: NewestTimestamp | undefined,
  waitingSince: Instant | undefined,
  now: Instant,
): TimestampDue | undefined {
  if (waitingSince === undefined) return undefined;
  if (newest !== undefined) {
    const { genTime, endsAt } = newest;
    if (now >= Math.max(endsAt - marginMs, genTime + (endsAt - genTime) / 2)) return 'renewal';
  }
  return now >= waitingSince + intervalMs ? 'interval' : undefined;
}
