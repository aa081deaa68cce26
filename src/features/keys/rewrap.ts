import { contextOf, type DataKeyRow, readDataKeys } from '../../platform/vault/data-keys.ts';
import { decodeWrapping, type KeyEncryption } from '../../platform/vault/key-encryption.ts';
import { KeysUnavailable, VaultError } from '../../platform/vault/vault.ts';
import { appendAuditLine, DEPLOYMENT, rewrapSealKeys } from '../audit/service.ts';
import { replaceWrapping } from './key-store.ts';
import type { KeyOutcome, KeyParts } from './parts.ts';

/** The tenant's data keys under the key-encryption key `keyId`; those that are already stay as they are. */
export async function rewrapTenant(
  { database, keys, lineOf }: KeyParts,
  tenantId: string,
  keyId: string,
): Promise<KeyOutcome> {
  const renewed: { readonly row: DataKeyRow; readonly wrapped: Buffer }[] = [];
  const unreadable: string[] = [];
  for (const row of await readDataKeys(database, tenantId)) {
    const wrapped = await rewrap(keys, contextOf(tenantId, row.purpose, row.version), row.wrapped_key, keyId);
    if (wrapped === 'unreadable') unreadable.push(`data_key ${tenantId} ${row.purpose}/${row.version}`);
    else if (wrapped !== 'done') renewed.push({ row, wrapped });
  }
  if (renewed.length === 0) return { done: 0, unreadable };
  const done = await database.inTenant(tenantId, async (trx) => {
    let count = 0;
    for (const { row, wrapped } of renewed) {
      if (await replaceWrapping(trx, tenantId, row, wrapped)) count += 1;
    }
    if (count > 0) await appendAuditLine(trx, lineOf(tenantId, 'data-key.rewrap', keyId, count));
    return count;
  });
  return { done, unreadable };
}

/** Likewise the secrets of the deployment itself: the keys that sign seals. */
export function rewrapDeployment({ database, keys, lineOf }: KeyParts, keyId: string): Promise<KeyOutcome> {
  return database.inTenant(DEPLOYMENT, async (trx) => {
    const outcome = await rewrapSealKeys(trx, (context, wrapped) => rewrap(keys, context, wrapped, keyId));
    if (outcome.done > 0) await appendAuditLine(trx, lineOf(DEPLOYMENT, 'data-key.rewrap', keyId, outcome.done));
    return outcome;
  });
}

async function rewrap(
  keys: KeyEncryption,
  context: readonly string[],
  wrapped: Buffer,
  keyId: string,
): Promise<Buffer | 'done' | 'unreadable'> {
  try {
    if (decodeWrapping(wrapped).keyId === keyId) return 'done';
    const secret = await keys.unwrap(context, wrapped);
    try {
      return await keys.wrap(context, secret);
    } finally {
      secret.fill(0);
    }
  } catch (error) {
    if (error instanceof VaultError && !(error instanceof KeysUnavailable)) return 'unreadable';
    throw error;
  }
}
