import type { TstInfo } from './tst-info.ts';

/** A clock that is no better than that vouches for nothing, whatever it says of itself. */
const MOST_SECONDS = 60;

/** Either way; null where the token does not tell. */
export const accuracySecondsOf = ({ accuracy }: Pick<TstInfo, 'accuracy'>): number | null =>
  accuracy === undefined ? null : accuracy.seconds + accuracy.millis / 1e3 + accuracy.micros / 1e6;

/** By how many milliseconds genTime may differ from another clock: theirs, its own accuracy, and the second it may be cut to. */
export const clockToleranceMs = (accuracySeconds: number | null, clockSkewSeconds: number): number =>
  (clockSkewSeconds + Math.min(accuracySeconds ?? 0, MOST_SECONDS) + 1) * 1_000;
