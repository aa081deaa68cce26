import type { Caller } from './caller.ts';

/** How long a revoked key may still be let in, and how long an unknown one is not looked up again. */
const LIFETIME_MS = 5_000;
const MOST_ENTRIES = 10_000;

interface Entry {
  readonly until: number;
  readonly caller: Promise<Caller | undefined>;
}

/**
 * Whom authentication found lately, by keyed hash, strangers too. Calls at the same time share one look-up. Bounded: a
 * flood of made-up keys drives the oldest entries out and costs look-ups, not memory.
 */
export function createRecentCallers(now: () => number) {
  const entries = new Map<string, Entry>();
  return (keyHash: string, find: () => Promise<Caller | undefined>): Promise<Caller | undefined> => {
    const at = now();
    const known = entries.get(keyHash);
    if (known !== undefined && known.until > at) return known.caller;
    entries.delete(keyHash);
    const oldest = entries.keys().next();
    if (entries.size >= MOST_ENTRIES && !oldest.done) entries.delete(oldest.value);
    const caller = find();
    const entry = { until: at + LIFETIME_MS, caller };
    entries.set(keyHash, entry);
    caller.catch(() => {
      if (entries.get(keyHash) === entry) entries.delete(keyHash);
    });
    return caller;
  };
}
