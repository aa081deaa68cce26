const MOST_KEPT = 50_000;

/**
 * Certificates that this process has seen on file: of these a registration need not be prepared. No more than a guess: the
 * database says so when one is no longer there.
 */
export function createSeenOnFile() {
  const seen = new Set<string>();
  const nameOf = (tenantId: string, serialMatch: Uint8Array) =>
    `${tenantId}/${Buffer.from(serialMatch.buffer, serialMatch.byteOffset, serialMatch.length).toString('latin1')}`;
  return {
    has: (tenantId: string, serialMatch: Uint8Array): boolean => seen.has(nameOf(tenantId, serialMatch)),
    add(tenantId: string, serialMatch: Uint8Array): void {
      if (seen.size >= MOST_KEPT) seen.clear();
      seen.add(nameOf(tenantId, serialMatch));
    },
    forget(tenantId: string, serialMatch: Uint8Array): void {
      seen.delete(nameOf(tenantId, serialMatch));
    },
  };
}
