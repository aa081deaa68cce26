import { insertDataKeys, makeDataKey, readDataKeys } from '../../platform/vault/data-keys.ts';
import type { KeyPurpose } from '../../platform/vault/vault.ts';
import { appendAuditLine } from '../audit/service.ts';
import type { KeyOutcome, KeyParts } from './parts.ts';

/**
 * One more version of each key that the tenant has. One that waits to seal already is not followed by another: a rotation
 * that was cut short is simply run again.
 */
export async function rotateTenant(
  { database, keys, lineOf }: KeyParts,
  tenantId: string,
  purposes: readonly KeyPurpose[],
  sealsInSeconds: number,
): Promise<KeyOutcome> {
  const rows = await readDataKeys(database, tenantId);
  const newest = purposes.flatMap((purpose) => {
    const own = rows.filter((row) => row.purpose === purpose);
    const isWaiting = own.some(({ seals }) => !seals);
    return own.length === 0 || isWaiting ? [] : [{ purpose, version: Math.max(...own.map(({ version }) => version)) }];
  });
  const made = await Promise.all(
    newest.map(({ purpose, version }) => makeDataKey(keys, tenantId, purpose, version + 1)),
  );
  if (made.length === 0) return { done: 0, unreadable: [] };
  const inserted = await database.inTenant(tenantId, async (trx) => {
    const versions = await insertDataKeys(trx, made, sealsInSeconds);
    for (const { purpose, version } of versions) {
      await appendAuditLine(trx, lineOf(tenantId, 'data-key.rotate', `${purpose}/${version}`, 1));
    }
    return versions;
  });
  return { done: inserted.length, unreadable: [] };
}
