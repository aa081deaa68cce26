import type { Database } from './database.ts';
import { sqlStateOf } from './database-error.ts';
import { listMigrations, MIGRATION_TABLE } from './migration-files.ts';
import { describeOldServer, SELECT_SERVER_VERSION, type ServerVersion } from './server-version.ts';

/** What a production start asks of its database before it serves. All answer in sentences, none when all is well. */

const MISSING_TABLE = '42P01';
const NO_PRIVILEGE = '42501';

/** Is the server one that we serve on? It may be another than the one that was migrated: a restored or moved database. */
export async function describeServerAge(database: Database): Promise<string | undefined> {
  const { rows } = await database.knex.raw<{ rows: ServerVersion[] }>(SELECT_SERVER_VERSION);
  return describeOldServer(rows[0]);
}

/** Is every migration of the code applied? More may be: a newer replica's, while replicas are replaced one by one. */
export async function describeSchemaLag(database: Database, directory: string): Promise<string | undefined> {
  const wanted = await listMigrations(directory);
  let applied: Set<string>;
  try {
    applied = new Set(await database.knex(MIGRATION_TABLE).pluck<string[]>('name'));
  } catch (error) {
    if (sqlStateOf(error) === MISSING_TABLE) applied = new Set();
    else if (sqlStateOf(error) === NO_PRIVILEGE)
      return 'The login of DATABASE_URL has no grants: run "npm run jpki -- migrate".';
    else throw error;
  }
  const missing = wanted.filter((name) => !applied.has(name));
  if (missing.length === 0) return undefined;
  return `The database schema is behind the code (${missing.length} to apply, from ${missing[0]} on): run "npm run jpki -- migrate".`;
}

/** A restored database may be without it. The login may not look into a schema of which it has no grants: by the catalogue. */
export async function describeMissingKeyStore(database: Database): Promise<string | undefined> {
  const { rowCount } = await database.knex.raw<{ rowCount: number }>(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'key_store' and c.relname = 'record_key' and has_schema_privilege(n.oid, 'usage')`,
  );
  if (rowCount === 1) return undefined;
  return 'The key store is missing, without which no record can be opened: restore its backup, then run "npm run jpki -- migrate".';
}

interface LoginFacts {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypasses: boolean;
  readonly owns: boolean;
}

/** What makes the login stronger than the tenants' isolation allows: by itself, or by a role that it may take on. */
export async function describeStrongLogin(database: Database): Promise<readonly string[]> {
  const { rows } = await database.knex.raw<{ rows: LoginFacts[] }>(`
    select current_user as name,
           bool_or(role.rolsuper) as superuser,
           bool_or(role.rolbypassrls) as bypasses,
           exists (
             select from pg_class as relation
             join pg_namespace as namespace on namespace.oid = relation.relnamespace
             where namespace.nspname in ('public', 'key_store') and relation.relkind in ('r', 'p')
               and pg_has_role(current_user, relation.relowner, 'member')
           ) or exists (
             select from pg_database as database
             where database.datname = current_database() and pg_has_role(current_user, database.datdba, 'member')
           ) as owns
    from pg_roles as role
    where pg_has_role(current_user, role.oid, 'member')`);
  const [facts] = rows;
  if (facts === undefined) return [];
  const problems: string[] = [];
  const say = (what: string) => problems.push(`The login "${facts.name}" of DATABASE_URL ${what}.`);
  if (facts.superuser) say('is a superuser, whom row-level security does not bind');
  else if (facts.owns) say('owns the database or its tables, and could lift their row-level security');
  if (facts.bypasses && !facts.superuser) say('has BYPASSRLS, so that row-level security does not bind it');
  return problems;
}
