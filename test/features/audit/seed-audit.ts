import { appendAuditLines } from '../../../src/features/audit/append.ts';
import { pruneAuditLines } from '../../../src/features/audit/prune.ts';
import { createSealKeys } from '../../../src/features/audit/seal-keys.ts';
import { createSealer } from '../../../src/features/audit/sealer.ts';
import { silentLog } from '../../../src/platform/log.ts';
import type { World } from '../world.ts';
import { newLine } from './audit-world.ts';

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;

/** Each of these tenants gets lines in every table of the audit trail: waiting, sealed, pruned. */
export async function seedAudit(world: World, tenantIds: readonly string[]): Promise<void> {
  const { database, vault, clock } = world;
  const now = clock.now();
  const append = async (at: number) => {
    for (const tenantId of tenantIds) {
      const lines = [newLine({ tenantId, at }), newLine({ tenantId, at })];
      await database.inTenant(tenantId, (trx) => appendAuditLines(trx, lines));
    }
  };
  const longAgo = { now: () => now - TWO_YEARS_MS };
  await append(longAgo.now());
  const keys = createSealKeys(database, vault.deployment);
  const deliver = async () => undefined;
  await createSealer({ database, keys, clock: longAgo, log: silentLog, deliver }).sealAll();
  for (const tenantId of tenantIds) {
    await database.inTenant(tenantId, (trx) => pruneAuditLines(trx, { before: now, now, limit: 1 }));
  }
  await append(now);
}
