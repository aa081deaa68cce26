import type { Knex } from 'knex';
import pg from 'pg';
import { sqlStateOf } from './database-error.ts';
import { MigrationError } from './migration-error.ts';

const TABLE = 'key_store.record_key';
const UNKNOWN = '42704';
const NO_PRIVILEGE = '42501';

/**
 * Moves the key store into its table space, where it is not there yet: then the table is locked for as long as it takes to
 * copy it. Its index goes with it.
 */
export async function placeKeyStore(knex: Knex, tablespace: string | undefined): Promise<void> {
  if (tablespace === undefined) return;
  const { rows } = await knex.raw<{ rows: { name: string; kind: string; place: string | null }[] }>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, s.spcname as place
     from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_tablespace s on s.oid = c.reltablespace
     where c.oid = to_regclass(?) or c.oid in (select indexrelid from pg_index where indrelid = to_regclass(?))`,
    [TABLE, TABLE],
  );
  const elsewhere = rows.filter(({ place }) => place !== tablespace);
  try {
    await knex.transaction(async (trx) => {
      for (const { name, kind } of elsewhere) {
        await trx.raw(
          `alter ${kind === 'i' ? 'index' : 'table'} ${name} set tablespace ${pg.escapeIdentifier(tablespace)}`,
        );
      }
    });
  } catch (error) {
    const why = SENTENCES[sqlStateOf(error) ?? ''];
    throw why === undefined
      ? error
      : new MigrationError(`The table space "${tablespace}" of KEY_STORE_TABLESPACE ${why}`, error);
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  [UNKNOWN]: 'does not exist: create it first (create tablespace … location …).',
  [NO_PRIVILEGE]: 'is not open to the owner of the database: grant create on it.',
};
