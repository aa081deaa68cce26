import type { Clock } from '../clock.ts';

export interface RateDecision {
  readonly admitted: boolean;
  /** Whole requests left at once. */
  readonly remaining: number;
  /** Seconds until the quota is whole again. */
  readonly resetSeconds: number;
  /** Seconds until one request is admitted; 0 when admitted. */
  readonly retryAfterSeconds: number;
}

export interface RateLimiter {
  /** Takes one request of `clientId` from its quota of `perMinute`. */
  take(clientId: string, perMinute: number): RateDecision;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_CLIENTS = 10_000;

/** Token bucket per client, in memory: each replica counts its own. A minute's quota may be spent at once. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(clientId, perMinute) {
      const now = clock.now();
      const before = buckets.get(clientId) ?? { tokens: perMinute, at: now };
      const gained = (Math.max(0, now - before.at) / 60_000) * perMinute;
      const available = Math.min(perMinute, before.tokens + gained);
      const admitted = available >= 1;
      const tokens = admitted ? available - 1 : available;
      buckets.delete(clientId);
      buckets.set(clientId, { tokens, at: now });
      forgetOldest(buckets);
      const secondsFor = (missing: number) => Math.ceil((missing * 60) / perMinute);
      return {
        admitted,
        remaining: Math.floor(tokens),
        resetSeconds: secondsFor(perMinute - tokens),
        retryAfterSeconds: admitted ? 0 : Math.max(1, secondsFor(1 - tokens)),
      };
    },
  };
}

/** The map keeps the order of last use; who has not called for longest has the fullest bucket. */
function forgetOldest(buckets: Map<string, Bucket>): void {
  if (buckets.size <= MAX_CLIENTS) return;
  const oldest = buckets.keys().next().value;
  if (oldest !== undefined) buckets.delete(oldest);
}

/** `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers. */
export function rateLimitHeaders(decision: RateDecision, perMinute: number): Record<string, string> {
  return {
    'RateLimit-Policy': `"client";q=${perMinute};w=60`,
    RateLimit: `"client";r=${decision.remaining};t=${decision.resetSeconds}`,
    ...(decision.admitted ? {} : { 'Retry-After': String(decision.retryAfterSeconds) }),
  };
}
