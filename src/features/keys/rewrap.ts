import { contextOf, readDataKeys } from '../../platform/vault/data-keys.ts';
import { contextOfHashKey } from '../../platform/vault/hash-keys.ts';
import { decodeWrapping, type KeyEncryption } from '../../platform/vault/key-encryption.ts';
import { KeysUnavailable, VaultError } from '../../platform/vault/vault.ts';
import { appendAuditLine, DEPLOYMENT, loadSealKeyWrappings } from '../audit/service.ts';
import { loadHashKeyWrappings, replaceDeploymentWrapping, replaceWrapping } from './key-store.ts';
import type { KeyParts } from './parts.ts';

/** The tenant's data keys under the key-encryption key `keyId`; those that are already stay as they are. */
export async function rewrapTenant(parts: KeyParts, tenantId: string, keyId: string): Promise<string[]> {
  const { database, keys, lineOf, advance } = parts;
  const unreadable: string[] = [];
  const renewed: {
    readonly purpose: string;
    readonly version: number;
    readonly before: Buffer;
    readonly wrapped: Buffer;
  }[] = [];
  for (const { purpose, version, wrapped_key: before } of await readDataKeys(database, tenantId)) {
    const wrapped = await rewrap(keys, contextOf(tenantId, purpose, version), before, keyId);
    if (wrapped === 'unreadable') unreadable.push(`data_key ${tenantId} ${purpose}/${version}`);
    else if (wrapped !== 'done') renewed.push({ purpose, version, before, wrapped });
  }
  if (renewed.length === 0) return unreadable;
  await database.inTenant(tenantId, async (trx) => {
    let count = 0;
    for (const one of renewed) count += await replaceWrapping(trx, one);
    if (count > 0) await appendAuditLine(trx, lineOf(tenantId, 'data-key.rewrap', keyId, count));
    await advance(trx, count);
  });
  return unreadable;
}

/** Likewise the secrets of the deployment itself: the keys that sign seals, and those of hashes. */
export async function rewrapDeployment(
  { database, keys, lineOf, advance }: KeyParts,
  keyId: string,
): Promise<string[]> {
  const sealKeys = await database.inTenant(DEPLOYMENT, (trx) => loadSealKeyWrappings(trx));
  const hashKeys = await loadHashKeyWrappings(database);
  const secrets = [
    ...sealKeys.map(({ keyId: id, context, wrapped }) => ({
      table: 'audit_key' as const,
      id,
      context,
      before: wrapped,
    })),
    ...hashKeys.map(({ purpose, version, wrapped_key: before }) => ({
      ...{ table: 'hash_key' as const, id: `${purpose}/${version}`, before },
      context: contextOfHashKey(purpose, version),
    })),
  ];
  const unreadable: string[] = [];
  for (const { table, id, context, before } of secrets) {
    const wrapped = await rewrap(keys, context, before, keyId);
    if (wrapped === 'unreadable') unreadable.push(`${table} ${id}`);
    if (typeof wrapped === 'string') continue;
    await database.inTenant(DEPLOYMENT, async (trx) => {
      const count = await replaceDeploymentWrapping(trx, { table, id, before, wrapped });
      if (count > 0) await appendAuditLine(trx, lineOf(DEPLOYMENT, 'data-key.rewrap', keyId, count));
      await advance(trx, count);
    });
  }
  return unreadable;
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
