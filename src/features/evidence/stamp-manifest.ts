import type { TimestampAuthority } from '../../gateway/timestamp/timestamp-authority.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Stamp } from './build-package.ts';
import { loadTimestamp, recordTimestamp } from './timestamp-store.ts';

/**
 * The time stamp that was kept of that manifest, or a new one, which is then kept: a package asked for again has the same.
 * No package waits for an authority longer than its time, nor fails with it.
 */
export const createStamp =
  (
    { database, authority }: { readonly database: Database; readonly authority: TimestampAuthority | undefined },
    of: { readonly tenantId: string; readonly verificationId: string },
  ): Stamp =>
  async (manifestSha256) => {
    const manifest = { ...of, manifestSha256 };
    const kept = await database.inTenant(of.tenantId, (trx) => loadTimestamp(trx, manifest));
    if (kept !== undefined) return { state: 'stamped', token: kept };
    if (authority === undefined) return { state: 'not-configured' };
    const fetched = await authority.fetchTimestamp(manifestSha256);
    if (!fetched.ok) return { state: 'unavailable' };
    const token = await database.inTenant(of.tenantId, (trx) => recordTimestamp(trx, manifest, fetched));
    return { state: 'stamped', token };
  };
