import type { Authenticated } from './authenticated.ts';

/** How long a revoked key or a suspended tenant may still be let in, and how long an unknown key is not looked up again. */
const LIFETIME_MS = 5_000;
const MOST_ENTRIES = 10_000;

interface Entry {
  until: number;
  readonly found: Promise<Authenticated>;
}

/**
 * Whom authentication found lately, by keyed hash, strangers too; what ends by itself (a key, a token) ends here at that
 * instant. Calls at the same time share one look-up. Bounded: a flood of made-up keys drives the oldest entries out and
 * costs look-ups, not memory.
 */
export function createRecentCallers(now: () => number) {
  const entries = new Map<string, Entry>();
  return (name: string, find: () => Promise<Authenticated>): Promise<Authenticated> => {
    const at = now();
    const known = entries.get(name);
    if (known !== undefined && known.until > at) return known.found;
    entries.delete(name);
    const oldest = entries.keys().next();
    if (entries.size >= MOST_ENTRIES && !oldest.done) entries.delete(oldest.value);
    const found = find();
    const entry: Entry = { until: at + LIFETIME_MS, found };
    entries.set(name, entry);
    found.then(
      (one) => {
        if (one.ok && one.endsAt !== null) entry.until = Math.min(entry.until, one.endsAt);
      },
      () => {
        if (entries.get(name) === entry) entries.delete(name);
      },
    );
    return found;
  };
}
