import { hash } from 'node:crypto';
import { recordTimestamp } from '../../../src/features/evidence/timestamp-store.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import type { World } from '../world.ts';

/** A time stamp of a package of the verification, as far as the database is concerned. */
export async function seedTimestamp(world: World, { tenantId }: Caller, verificationId: string): Promise<void> {
  const manifestSha256 = hash('sha256', verificationId, 'buffer');
  const stamp = { token: Buffer.from('a token'), genTime: world.clock.now() };
  await world.database.inTenant(tenantId, (trx) =>
    recordTimestamp(trx, { tenantId, verificationId, manifestSha256 }, stamp),
  );
}
