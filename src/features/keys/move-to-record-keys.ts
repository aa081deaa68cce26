import type { Transaction } from '../../platform/database/database.ts';
import {
  type FieldVault,
  RECORD_KEY_PURPOSE,
  type RecordKind,
  type TenantVault,
  VaultError,
} from '../../platform/vault/vault.ts';
import { appendAuditLine } from '../audit/service.ts';
import { replaceSealed } from './key-store.ts';
import { type KeyParts, Stopped } from './parts.ts';
import {
  insertRecordKeys,
  loadOlderRows,
  loadRecordKeys,
  lockOlderRecords,
  type OlderRow,
} from './record-key-store.ts';
import { RECORD_COLUMNS, type RecordColumn } from './sealed-columns.ts';

const BATCH = 100;

/**
 * Fields that the tenant's keys sealed before records had keys of their own, under such a key now: all of a record in one
 * transaction, so that it is never half under a key that is gone. Gives the places that do not open.
 */
export async function moveToRecordKeys(parts: KeyParts, tenantId: string, vault: TenantVault): Promise<string[]> {
  const unreadable: string[] = [];
  for (const kind of Object.keys(RECORD_COLUMNS) as RecordKind[]) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const batch = { kind, after };
      after = await parts.database.inTenant(tenantId, async (trx) => {
        const records = await lockOlderRecords(trx, tenantId, RECORD_COLUMNS[kind], { ...batch, limit: BATCH });
        unreadable.push(...(await moveRecords(trx, parts, { tenantId, vault, kind, records })));
        return records.length === BATCH ? records.at(-1) : undefined;
      });
      if (after !== undefined && parts.isStopping()) throw new Stopped();
    }
  }
  return unreadable;
}

interface Batch {
  readonly tenantId: string;
  readonly vault: TenantVault;
  readonly kind: RecordKind;
  readonly records: readonly string[];
}

async function moveRecords(trx: Transaction, { lineOf, advance }: KeyParts, batch: Batch): Promise<string[]> {
  const { tenantId, vault, kind, records } = batch;
  const kept = await loadRecordKeys(trx, tenantId, records);
  const made = new Map<string, FieldVault & { readonly wrapped: Buffer }>();
  const used = new Map<string, Buffer>();
  const recordOf = (id: string) => {
    const wrapped = kept.get(id);
    if (wrapped !== undefined) return vault.openRecord(kind, id, wrapped);
    const record = made.get(id) ?? vault.newRecord(kind, id);
    made.set(id, record);
    return record;
  };
  let done = 0;
  const unreadable: string[] = [];
  for (const column of RECORD_COLUMNS[kind]) {
    const renewed = [];
    for (const row of await loadOlderRows(trx, tenantId, column, records)) {
      const sealed = renew(() => recordOf(row.record), tenantId, column, row);
      if (sealed === undefined) unreadable.push(`${column.table}.${column.column} ${row.id}`);
      else renewed.push({ ...row, renewed: sealed });
      const wrapped = sealed && made.get(row.record)?.wrapped;
      if (wrapped !== undefined) used.set(row.record, wrapped);
    }
    if (renewed.length === 0) continue;
    const count = await replaceSealed(trx, column, renewed);
    await appendAuditLine(trx, lineOf(tenantId, 'data-key.reencrypt', `${column.table}.${column.column}`, count));
    done += count;
  }
  await insertRecordKeys(trx, tenantId, RECORD_KEY_PURPOSE[kind], used);
  await advance(trx, done);
  return unreadable;
}

function renew(recordOf: () => FieldVault, tenantId: string, column: RecordColumn, row: OlderRow): Buffer | undefined {
  const identity = { table: column.table, column: column.column, rowId: row.id, tenantId };
  try {
    const record = recordOf();
    const plaintext = record.decrypt(column.purpose, identity, row.sealed);
    const renewed = record.encrypt(column.purpose, identity, plaintext);
    plaintext.fill(0);
    return renewed;
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
