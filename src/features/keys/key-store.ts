import type { Database, Transaction } from '../../platform/database/database.ts';
import type { KeyPurpose } from '../../platform/vault/vault.ts';

export interface TenantName {
  readonly id: string;
  readonly name: string;
}

const PAGE = 500;

/** Every tenant, by name; or the one that is named. */
export async function* fetchTenants(database: Database, only?: string): AsyncGenerator<TenantName> {
  let after = '';
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

/** Another one may have rewrapped it meanwhile: then nothing is done, and false is given. */
export async function replaceWrapping(
  trx: Transaction,
  tenantId: string,
  key: { readonly purpose: KeyPurpose; readonly version: number; readonly wrapped_key: Buffer },
  renewed: Buffer,
): Promise<boolean> {
  const row = { tenant_id: tenantId, purpose: key.purpose, version: key.version, wrapped_key: key.wrapped_key };
  return (await trx('data_key').where(row).update({ wrapped_key: renewed })) === 1;
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
export async function replaceSealed(
  trx: Transaction,
  tenantId: string,
  { table, id, column }: SealedColumn,
  renewed: readonly (SealedRow & { readonly renewed: Buffer })[],
): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update ?? t set ?? = n.renewed from unnest(?::text[], ?::bytea[], ?::bytea[]) n(id, sealed, renewed)
       where t.tenant_id = ? and t.?? = n.id and t.?? = n.sealed`,
    [
      ...[table, column],
      ...[renewed.map((row) => row.id), renewed.map((row) => row.sealed), renewed.map((row) => row.renewed)],
      ...[tenantId, id, column],
    ],
  );
  return rowCount;
}
