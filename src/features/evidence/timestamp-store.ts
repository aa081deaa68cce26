import type { Instant } from '../../core/instant.ts';
import type { Transaction } from '../../platform/database/database.ts';

/** Which manifest of which verification. */
export interface StampedManifest {
  readonly tenantId: string;
  readonly verificationId: string;
  readonly manifestSha256: Uint8Array;
}

export async function loadTimestamp(
  trx: Transaction,
  { tenantId, verificationId, manifestSha256 }: StampedManifest,
): Promise<Buffer | undefined> {
  const row = await trx('evidence_timestamp')
    .where({ tenant_id: tenantId, verification_id: verificationId, manifest_sha256: Buffer.from(manifestSha256) })
    .first('token');
  return row?.token;
}

/**
 * Keeps a token, unless there is one already: of two that were fetched at once the first counts, and is given. Where the
 * verification was deleted meanwhile nothing is kept.
 */
export async function recordTimestamp(
  trx: Transaction,
  manifest: StampedManifest,
  { token, genTime }: { readonly token: Uint8Array; readonly genTime: Instant },
): Promise<Buffer> {
  await trx.raw(
    `insert into evidence_timestamp (tenant_id, verification_id, manifest_sha256, token, gen_time)
     select tenant_id, id, ?, ?, ? from verification where tenant_id = ? and id = ?
     on conflict do nothing`,
    [
      ...[Buffer.from(manifest.manifestSha256), Buffer.from(token), new Date(genTime)],
      ...[manifest.tenantId, manifest.verificationId],
    ],
  );
  return (await loadTimestamp(trx, manifest)) ?? Buffer.from(token);
}
