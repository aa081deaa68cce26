import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';

/** Beside the tables' migrations knex keeps the names of those that were applied, with their extension. */
export const MIGRATION_TABLE = 'schema_migration';

const MIGRATION = /^\d[\w-]*\.js$/;
const GRANTS = 'grants.js';

/** Names of the migrations in the code, in the order of their application. */
export async function listMigrations(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => MIGRATION.test(name)).sort();
}

/** Plain ESM files, imported by us: knex' own loader guesses at module types. */
export function migrationSource(directory: string): Knex.MigrationSource<string> {
  return {
    getMigrations: () => listMigrations(directory),
    getMigrationName: (name) => name,
    getMigration: async (name) => ({ ...(await importFile<Knex.Migration>(directory, name)), down: refuse }),
  };
}

/** knex wants one; ours go forward only. */
async function refuse(): Promise<void> {
  throw new Error('migrations go forward only');
}

/** `grants.js`: what the application's login may do. Run after every migrate, in one transaction. */
interface Grants {
  /** What a restored backup may be without, as the owner; gives the schemas that were made anew, empty. */
  complete?(trx: Knex.Transaction): Promise<readonly string[]>;
  /** `login` is the quoted name of the role, to stand in the statement as it is. */
  grant(trx: Knex.Transaction, login: string): Promise<void>;
}

export async function loadGrants(directory: string): Promise<Grants | undefined> {
  if (!(await readdir(directory)).includes(GRANTS)) return undefined;
  return importFile<Grants>(directory, GRANTS);
}

async function importFile<T>(directory: string, name: string): Promise<T> {
  return (await import(pathToFileURL(join(directory, name)).href)) as T;
}
