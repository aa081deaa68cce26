import type { Instant } from '../instant.ts';
import { refuse } from './evidence.ts';
import type { Refusal } from './status.ts';

/** When the judgement is made, and what still counts as fresh then. */
export interface FreshnessRules {
  readonly at: Instant;
  /** Greatest age of thisUpdate where nextUpdate is absent. */
  readonly maxAgeSeconds: number;
  /** The greatest age also where nextUpdate is there; no code path of the service asks for it. */
  readonly maxAgeAlways?: boolean | undefined;
  /** How far the issuer's clock may be from ours, either way. */
  readonly clockSkewSeconds: number;
}

/**
 * RFC 6960 §4.2.2.1 and RFC 5280 §6.3.3: thisUpdate is not in the future, nextUpdate not in the past; without nextUpdate
 * thisUpdate is at most `maxAgeSeconds` old. Each bound belongs to the fresh side.
 */
export function refuseByTime(
  thisUpdate: Instant,
  nextUpdate: Instant | null,
  { at, maxAgeSeconds, maxAgeAlways, clockSkewSeconds }: FreshnessRules,
): Refusal | undefined {
  const skew = clockSkewSeconds * 1000;
  if (nextUpdate !== null && nextUpdate < thisUpdate) return refuse('malformed', 'nextUpdate lies before thisUpdate');
  if (thisUpdate > at + skew) return refuse('not-yet-valid', 'thisUpdate lies in the future');
  const isOld = at - thisUpdate > maxAgeSeconds * 1000;
  if (nextUpdate === null) {
    return isOld ? refuse('stale', `no nextUpdate, and thisUpdate is older than ${maxAgeSeconds} s`) : undefined;
  }
  if (maxAgeAlways === true && isOld) return refuse('stale', `thisUpdate is older than ${maxAgeSeconds} s`);
  return nextUpdate < at - skew ? refuse('stale', 'nextUpdate lies in the past') : undefined;
}
