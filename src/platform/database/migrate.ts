import { setTimeout as sleep } from 'node:timers/promises';
import knexBuilder, { type Knex } from 'knex';
import pg from 'pg';
import type { Log } from '../log.ts';
import { sqlStateOf } from './database-error.ts';
import { placeKeyStore } from './key-store-place.ts';
import { MigrationError } from './migration-error.ts';
import { loadGrants, MIGRATION_TABLE, migrationSource } from './migration-files.ts';
import { describeOldServer, SELECT_SERVER_VERSION, type ServerVersion } from './server-version.ts';

export interface MigrateOptions {
  /** The owner of the database. */
  readonly adminUrl: string;
  /** The application's login: given what `grants.js` says; nothing where it is the owner itself. */
  readonly loginUrl: string;
  readonly directory: string;
  /** Where the keys of records lie; undefined: wherever they are. */
  readonly keyStoreTablespace?: string | undefined;
  readonly log: Log;
}

/** Of our session advisory lock: any constant that nobody else uses. */
const LOCK = 7_156_041_928_033_017n;
const APPLICATION_NAME = 'jpki-verifier migrate';
const LOCK_INTERVAL_MS = 50;
/** One that is not there says so at once; beside a start that keeps the processor, one that is there may look silent for long. */
const CONNECT_TIMEOUT_MS = 60_000;

/**
 * Brings the schema up to the code and makes the login's grants. Any number of these may run at once, one works while the
 * others wait: knex' own lock row makes them fail instead. Returns the names of what was applied by this one.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const lock = new pg.Client({
    connectionString: options.adminUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  lock.on('error', () => undefined); // lost with its server; what then runs fails by itself
  await lock.connect().catch((cause) => {
    throw new MigrationError(sentenceOf(cause), cause);
  });
  try {
    await refuseOldServer(lock);
    await takeLock(lock);
    await awaitStragglers(lock);
    const applied = await applyInLock(options, lock);
    options.log.info('database.migrated', { applied: applied.length });
    return applied;
  } catch (error) {
    throw sqlStateOf(error) === NO_PRIVILEGE ? new MigrationError(NOT_OWNER, error) : error;
  } finally {
    await lock.end();
  }
}

const NO_PRIVILEGE = '42501';
const NOT_OWNER =
  'The login of DATABASE_ADMIN_URL (DATABASE_URL where that is not set) may not change the schema: give the owner of the database.';

function sentenceOf(cause: unknown): string {
  const { code } = (cause instanceof AggregateError ? cause.errors[0] : cause) as { code?: unknown };
  const why = typeof code === 'string' ? ` (${code})` : '';
  return `The database cannot be used${why}: see that DATABASE_ADMIN_URL (DATABASE_URL where that is not set) is right and PostgreSQL runs.`;
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<ServerVersion>(SELECT_SERVER_VERSION);
  const old = describeOldServer(rows[0]);
  if (old !== undefined) throw new MigrationError(old);
}

/**
 * Asked for again and again, not waited for in one statement: a waiting statement holds a snapshot, and CREATE INDEX
 * CONCURRENTLY waits for everyone's, so that the one at work would never end.
 */
async function takeLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [String(LOCK)]);
    if (rows[0]?.taken === true) return;
    await sleep(LOCK_INTERVAL_MS);
  }
}

/** The lock of a killed migrate is free at once, its last statement runs on in the server: let it end. */
async function awaitStragglers(client: pg.Client): Promise<void> {
  const sql = 'select from pg_stat_activity where datname = current_database() and application_name = $1';
  while ((await client.query(sql, [APPLICATION_NAME])).rowCount !== 0) await sleep(LOCK_INTERVAL_MS);
}

async function applyInLock(options: MigrateOptions, lock: pg.Client): Promise<readonly string[]> {
  await clearLockRow(lock);
  const knex = knexBuilder({
    client: 'pg',
    connection: { connectionString: options.adminUrl, application_name: APPLICATION_NAME },
    pool: { min: 0, max: 1 },
    compileSqlOnError: false,
    log: quiet,
  });
  try {
    const [, applied] = (await knex.migrate.latest({
      migrationSource: migrationSource(options.directory),
      tableName: MIGRATION_TABLE,
      // a database ahead of this code is normal while replicas are replaced one by one
      disableMigrationsListValidation: true,
    })) as [number, string[]];
    await completeSchema(knex, options);
    await placeKeyStore(knex, options.keyStoreTablespace);
    await grantToLogin(knex, options);
    return applied;
  } finally {
    await knex.destroy();
  }
}

/** What goes wrong is said by the error that we reject with. */
const quiet = { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined };

/** knex' lock row outlives a migrate that was killed. We hold the lock that counts: nobody else is at work. */
async function clearLockRow(lock: pg.Client): Promise<void> {
  const table = `${MIGRATION_TABLE}_lock`;
  const { rows } = await lock.query<{ name: string | null }>('select to_regclass($1)::text as name', [table]);
  if (rows[0]?.name != null) await lock.query(`update ${table} set is_locked = 0 where is_locked <> 0`);
}

async function completeSchema(knex: Knex, { directory, log }: MigrateOptions): Promise<void> {
  const grants = await loadGrants(directory);
  const made = await knex.transaction(async (trx) => (await grants?.complete?.(trx)) ?? []);
  if (made.length > 0) log.warn('database.key-store-missing');
}

async function grantToLogin(knex: Knex, options: MigrateOptions): Promise<void> {
  const grants = await loadGrants(options.directory);
  const login = decodeURIComponent(new URL(options.loginUrl).username);
  await knex.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { owner: string; database: string; known: boolean }[] }>(
      `select current_user as owner, current_database() as database,
              exists (select from pg_roles where rolname = ?) as known`,
      [login],
    );
    const facts = rows[0];
    if (facts === undefined || facts.owner === login) return;
    if (!facts.known) {
      throw new MigrationError(
        `The role "${login}" of DATABASE_URL does not exist: create it (login, nothing else) first.`,
      );
    }
    const role = pg.escapeIdentifier(login);
    await trx.raw(`grant connect on database ${pg.escapeIdentifier(facts.database)} to ${role}`);
    await trx.raw(`grant usage on schema public to ${role}`);
    await trx.raw(`revoke all on all tables in schema public from ${role}`);
    await trx.raw(`grant select on ${MIGRATION_TABLE} to ${role}`);
    await grants?.grant(trx, role);
  });
}
