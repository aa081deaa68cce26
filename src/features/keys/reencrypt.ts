import { loadTenantKeys, readDataKeys } from '../../platform/vault/data-keys.ts';
import { createTenantVault } from '../../platform/vault/tenant-vault.ts';
import { type TenantVault, VaultError } from '../../platform/vault/vault.ts';
import { appendAuditLine } from '../audit/service.ts';
import { loadOldRows, replaceSealed, type SealedColumn, type SealedRow } from './key-store.ts';
import { moveToRecordKeys } from './move-to-record-keys.ts';
import { type KeyParts, Stopped } from './parts.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

const BATCH = 500;

/**
 * All that the tenant's keys sealed under the version that seals now, a batch a transaction: of records that have keys of
 * their own, those keys alone. A field says its version itself, so that whoever begins anew passes over what is done;
 * replicas read both meanwhile.
 */
export async function reencryptTenant(parts: KeyParts, tenantId: string): Promise<string[]> {
  const rows = await readDataKeys(parts.database, tenantId);
  // loaded anew: the vault that is kept may seal under the version of before for a while
  const vault = createTenantVault(tenantId, await loadTenantKeys(parts.database, parts.keys, tenantId));
  const unreadable = await moveToRecordKeys(parts, tenantId, vault);
  for (const column of SEALED_COLUMNS) {
    const sealing = rows.filter(({ purpose, seals }) => purpose === column.purpose && seals);
    const newest = Math.max(0, ...sealing.map(({ version }) => version));
    unreadable.push(...(await reencryptColumn(parts, vault, { tenantId, column, newest })));
  }
  return unreadable;
}

async function reencryptColumn(
  { database, lineOf, advance, isStopping }: KeyParts,
  vault: TenantVault,
  { tenantId, column, newest }: { tenantId: string; column: SealedColumn; newest: number },
): Promise<string[]> {
  let after = '';
  const unreadable: string[] = [];
  for (;;) {
    const last = await database.inTenant(tenantId, async (trx) => {
      const rows = await loadOldRows(trx, tenantId, column, { after, newest, limit: BATCH });
      const renewed = rows.flatMap((row) => {
        const sealed = renew(vault, tenantId, column, row);
        if (sealed === undefined) unreadable.push(`${column.table}.${column.column} ${row.id}`);
        return sealed === undefined ? [] : [{ ...row, renewed: sealed }];
      });
      const count = renewed.length === 0 ? 0 : await replaceSealed(trx, column, renewed);
      const target = `${column.table}.${column.column}`;
      if (count > 0) await appendAuditLine(trx, lineOf(tenantId, 'data-key.reencrypt', target, count));
      await advance(trx, count);
      return rows.length === BATCH ? rows.at(-1)?.id : undefined;
    });
    if (last === undefined) return unreadable;
    if (isStopping()) throw new Stopped();
    after = last;
  }
}

function renew(vault: TenantVault, tenantId: string, column: SealedColumn, { id, sealed }: SealedRow) {
  const identity = { table: column.table, column: column.column, rowId: id, tenantId };
  try {
    const plaintext = vault.decrypt(column.purpose, identity, sealed);
    const renewed = vault.encrypt(column.purpose, identity, plaintext);
    plaintext.fill(0);
    return renewed;
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
