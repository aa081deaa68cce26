import type { Transaction } from '../../platform/database/database.ts';
import type { KeyPurpose } from '../../platform/vault/vault.ts';
import type { RecordColumn } from './sealed-columns.ts';

/** A field that a key of the tenant sealed, from before records had keys of their own. */
export interface OlderRow {
  readonly id: string;
  readonly record: string;
  readonly sealed: Buffer;
}

/** Of a sealed field: under a key of the tenant, not of its record. */
const OLDER = '?? is not null and get_byte(??, 0) = 1';

/** The next records after `after` that have such fields; until the end of the transaction nobody deletes any. */
export async function lockOlderRecords(
  trx: Transaction,
  tenantId: string,
  columns: readonly RecordColumn[],
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  await trx.raw('select pg_advisory_xact_lock(retention_lock(?))', [tenantId]);
  const branch = `(select ?? collate "C" as id from ?? where tenant_id = ? and ?? > ? and ${OLDER} order by ?? limit ?)`;
  const values = columns.flatMap(({ table, record, column }) => [
    ...[record, table, tenantId, record, after, column, column, record, limit],
  ]);
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `${columns.map(() => branch).join(' union ')} order by id limit ?`,
    [...values, limit],
  );
  return rows.map(({ id }) => id);
}

export async function loadOlderRows(
  trx: Transaction,
  tenantId: string,
  { table, record, id, column }: RecordColumn,
  records: readonly string[],
): Promise<OlderRow[]> {
  const { rows } = await trx.raw<{ rows: OlderRow[] }>(
    `select ?? as id, ?? as record, ?? as sealed from ?? where tenant_id = ? and ?? = any (?) and ${OLDER}`,
    [id, record, column, table, tenantId, record, records as string[], column, column],
  );
  return rows;
}

export async function loadRecordKeys(
  trx: Transaction,
  tenantId: string,
  records: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const rows = await trx('key_store.record_key')
    .where({ tenant_id: tenantId })
    .whereIn('record_id', records)
    .select<{ record_id: string; wrapped: Buffer }[]>('record_id', 'wrapped');
  return new Map(rows.map(({ record_id, wrapped }) => [record_id, wrapped]));
}

export async function insertRecordKeys(
  trx: Transaction,
  tenantId: string,
  purpose: KeyPurpose,
  keys: ReadonlyMap<string, Buffer>,
): Promise<void> {
  if (keys.size === 0) return;
  const rows = [...keys].map(([record_id, wrapped]) => ({ tenant_id: tenantId, record_id, purpose, wrapped }));
  await trx('key_store.record_key').insert(rows);
}
