import type { TenantVault } from './vault.ts';

/** Tenants whose keys are kept unwrapped in memory. */
const MAX_KEPT = 10_000;

interface Kept {
  readonly opened: Promise<TenantVault>;
  readonly endsAt: number;
  /** From then on the next caller has the keys loaded anew, and is not kept waiting for them. */
  refreshAt: number;
}

/**
 * Keeps opened vaults for a bounded time, and loads each anew in the second half of it: a provider that is away for less
 * than that half is not noticed. At the end the keys are gone, and whoever asks waits for new ones or is told that there
 * are none. `now`: milliseconds of a clock that is never set back.
 */
export function keepTenants(
  load: (tenantId: string) => Promise<TenantVault>,
  keptMs: number,
  now: () => number = () => performance.now(),
): (tenantId: string) => Promise<TenantVault> {
  const kept = new Map<string, Kept>();

  function keep(tenantId: string, opened: Promise<TenantVault>, since: number): Kept {
    const entry = { opened, endsAt: since + keptMs, refreshAt: since + keptMs / 2 };
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(tenantId, entry);
    const drop = () => {
      if (kept.get(tenantId) === entry) kept.delete(tenantId);
    };
    setTimeout(drop, keptMs).unref(); // also when nobody asks any more
    opened.catch(drop); // the next caller tries again
    return entry;
  }

  async function refresh(tenantId: string, entry: Kept, at: number): Promise<void> {
    entry.refreshAt = Number.POSITIVE_INFINITY;
    try {
      const opened = await load(tenantId);
      if (kept.get(tenantId) === entry) keep(tenantId, Promise.resolve(opened), at);
    } catch {
      entry.refreshAt = now() + keptMs / 10; // told of by whoever finds no keys at the end
    }
  }

  return (tenantId) => {
    const at = now();
    const entry = kept.get(tenantId);
    if (entry === undefined || at >= entry.endsAt) return keep(tenantId, load(tenantId), at).opened;
    if (at >= entry.refreshAt) void refresh(tenantId, entry, at);
    return entry.opened;
  };
}
