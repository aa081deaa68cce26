import { createRetentionService } from '../../../src/features/retention/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { options, type World } from '../world.ts';

/** A hold on the verification, and a record of a deletion that never was. */
export async function seedRetention(world: World, caller: Caller, verificationId: string): Promise<void> {
  const retention = createRetentionService(world);
  const placed = await retention.placeHold(caller, { verificationId, reason: 'other' }, options({}));
  if (!placed.ok) throw new Error(placed.code);
  await world.superuser.query(
    `insert into deletion_record (tenant_id, id, kind, target, deleted_at, deleted_by, why, gone_from_backups_on)
     values ($1, 'del_1', 'verification', 'ver_gone', now(), 'system', 'retention', now())`,
    [caller.tenantId],
  );
}
