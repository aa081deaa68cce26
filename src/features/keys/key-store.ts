import type { Database, Transaction } from '../../platform/database/database.ts';
import type { HashPurpose, KeyPurpose } from '../../platform/vault/vault.ts';

export interface TenantName {
  readonly id: string;
  readonly name: string;
}

const PAGE = 500;

/** Every tenant after `from`, by name; or the one that is named. */
export async function* fetchTenants(database: Database, from: string, only?: string): AsyncGenerator<TenantName> {
  let after = from;
  for (;;) {
    const { rows } = await database.knex.raw<{ rows: TenantName[] }>('select id, name from list_tenants(?, ?)', [
      after,
      PAGE,
    ]);
    for (const row of rows) if (only === undefined || row.name === only) yield row;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.name;
  }
}

interface Rewrapped {
  /** As it was read: another one may have rewrapped it meanwhile, and then nothing is done. */
  readonly before: Buffer;
  readonly wrapped: Buffer;
}

/** Of the tenant that is set; gives the number of rows, as do the others. */
export const replaceWrapping = (
  trx: Transaction,
  { purpose, version, before, wrapped }: Rewrapped & { readonly purpose: string; readonly version: number },
): Promise<number> => count(trx, 'replace_wrapping(?, ?, ?, ?)', [purpose, version, before, wrapped]);

export const replaceDeploymentWrapping = (
  trx: Transaction,
  { table, id, before, wrapped }: Rewrapped & { readonly table: 'audit_key' | 'hash_key'; readonly id: string },
): Promise<number> => count(trx, 'replace_deployment_wrapping(?, ?, ?, ?)', [table, id, before, wrapped]);

export const loadHashKeyWrappings = (
  database: Database,
): Promise<readonly { readonly purpose: HashPurpose; readonly version: number; readonly wrapped_key: Buffer }[]> =>
  database.knex('hash_key').whereNotNull('wrapped_key').select('purpose', 'version', 'wrapped_key');

async function count(trx: Transaction, call: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(`select ${call} as count`, values as never);
  return rows[0]?.count ?? 0;
}

export interface SealedRow {
  readonly id: string;
  readonly sealed: Buffer;
}

/** A column of sealed fields; `id` tells the row within its tenant. Names of ours, never of a caller. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
  readonly purpose: KeyPurpose;
  /** The table's column `purpose` tells which rows are meant. */
  readonly perPurpose?: boolean;
}

/** The next rows after `after` whose field is sealed under a version before `newest`. */
export async function loadOldRows(
  trx: Transaction,
  tenantId: string,
  { table, id, column, purpose, perPurpose = false }: SealedColumn,
  { after, newest, limit }: { readonly after: string; readonly newest: number; readonly limit: number },
): Promise<SealedRow[]> {
  const { rows } = await trx.raw<{ rows: SealedRow[] }>(
    `select ?? as id, ?? as sealed from ?? where tenant_id = ? and ?? > ? and ?? is not null
       and get_byte(??, 1) * 256 + get_byte(??, 2) < ? ${perPurpose ? 'and purpose = ?' : ''} order by 1 limit ?`,
    [
      ...[id, column, table, tenantId, id, after, column, column, column, newest],
      ...(perPurpose ? [purpose, limit] : [limit]),
    ],
  );
  return rows;
}

/** Those that are as they were read; gives their number. */
export const replaceSealed = (
  trx: Transaction,
  { table, id, column }: SealedColumn,
  renewed: readonly (SealedRow & { readonly renewed: Buffer })[],
): Promise<number> =>
  count(trx, 'replace_sealed(?, ?, ?, ?, ?, ?)', [
    ...[table, id, column],
    ...[renewed.map((row) => row.id), renewed.map((row) => row.sealed), renewed.map((row) => row.renewed)],
  ]);
