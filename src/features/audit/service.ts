import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { type AuditEvents, createAuditEvents } from './events.ts';
import { loadWaiting } from './seal-store.ts';
import { listSeals } from './seals.ts';
import type { SealFilters, SealPage } from './wire.ts';

// what other features need of the trail
export { appendAuditLine, appendAuditLines } from './append.ts';
export { type AuditActor, type AuditOutcome, DEPLOYMENT, lineOf, type NewAuditLine } from './line.ts';
export { type LineProof, type LineProofs, proveAct, proveLines } from './proofs.ts';
export { pruneAuditLines } from './prune.ts';
export { loadSealKeyWrappings } from './seal-key-wrappings.ts';
export { createSealKeys, type SealKeys } from './seal-keys.ts';
export { describeKey } from './seals.ts';
export { type BatchTimestamps, proveBatches } from './timestamp-proofs.ts';

export interface AuditService extends AuditEvents {
  seals(caller: Caller, filters: SealFilters): Promise<ServiceResult<SealPage>>;
  /** Lines that wait to be sealed, counted as far as a hundred thousand; seconds since the oldest. */
  waiting(): Promise<{ readonly lines: number; readonly oldestSeconds: number }>;
}

export function createAuditService(parts: { readonly database: Database; readonly clock: Clock }): AuditService {
  const { database, clock } = parts;
  return {
    ...createAuditEvents(parts),
    seals: async (_caller, filters) => ({ ok: true, value: await listSeals(database, filters) }),
    async waiting() {
      const { lines, oldestAt } = await loadWaiting(database);
      return { lines, oldestSeconds: oldestAt === null ? 0 : Math.max(0, (clock.now() - oldestAt) / 1000) };
    },
  };
}
