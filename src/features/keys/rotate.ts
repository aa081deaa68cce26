import { insertDataKeys, makeDataKey, readDataKeys } from '../../platform/vault/data-keys.ts';
import type { KeyPurpose } from '../../platform/vault/vault.ts';
import { appendAuditLine } from '../audit/service.ts';
import type { KeyParts } from './parts.ts';

/**
 * One more version of each key that the tenant has. One that waits to seal already is not followed by another: a rotation
 * that was cut short is simply gone on with.
 */
export async function rotateTenant(
  { database, keys, lineOf, advance }: KeyParts,
  tenantId: string,
  purposes: readonly KeyPurpose[],
  sealsInSeconds: number,
): Promise<string[]> {
  const rows = await readDataKeys(database, tenantId);
  const newest = purposes.flatMap((purpose) => {
    const own = rows.filter((row) => row.purpose === purpose);
    const isWaiting = own.some(({ seals }) => !seals);
    return own.length === 0 || isWaiting ? [] : [{ purpose, version: Math.max(...own.map(({ version }) => version)) }];
  });
  const made = await Promise.all(
    newest.map(({ purpose, version }) => makeDataKey(keys, tenantId, purpose, version + 1)),
  );
  if (made.length === 0) return [];
  await database.inTenant(tenantId, async (trx) => {
    const versions = await insertDataKeys(trx, made, sealsInSeconds);
    for (const { purpose, version } of versions) {
      await appendAuditLine(trx, lineOf(tenantId, 'data-key.rotate', `${purpose}/${version}`, 1));
    }
    await advance(trx, versions.length);
  });
  return [];
}
