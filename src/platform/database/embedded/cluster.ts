import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Account, spawnAs } from './account.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { EmbeddedRecord } from './record.ts';

export const SUPERUSER = 'postgres';
export const OWNER = 'jpki_owner';
export const LOGIN = 'jpki_app';
export const DATABASE = 'jpki';

const UNFINISHED = 'initialising-';
const ABANDONED_AFTER_MS = 600_000;

export async function isInitialised(data: string): Promise<boolean> {
  return access(join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** initdb into a directory beside, then renamed: a start killed half way leaves no half cluster. */
export async function initialise(input: {
  initdb: string;
  directory: string;
  data: string;
  account: Account | undefined;
  password: string;
}): Promise<void> {
  await removeAbandoned(input.directory);
  const unfinished = join(input.directory, `${UNFINISHED}${randomBytes(4).toString('hex')}`);
  const passwordFile = `${unfinished}.password`;
  await writeFile(passwordFile, `${input.password}\n`, { mode: 0o600 });
  if (input.account !== undefined) await chown(passwordFile, input.account.uid, input.account.gid);
  try {
    await runInitdb(input.initdb, unfinished, passwordFile, input.account);
    await rename(unfinished, input.data).catch(async (error) => {
      await rm(unfinished, { recursive: true, force: true });
      if (!(await isInitialised(input.data))) throw error; // else another start was quicker
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** What a killed start left; a young one may belong to another start that is at it right now. */
async function removeAbandoned(directory: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((entry) => entry.startsWith(UNFINISHED))) {
    const path = join(directory, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}

async function runInitdb(initdb: string, data: string, passwordFile: string, account: Account | undefined) {
  const parameters = ['-D', data, '--no-sync', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const child = spawn(initdb, [...parameters, '--auth=scram-sha-256', ...locale], {
    ...spawnAs(account),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new EmbeddedPostgresError(`initdb ended with code ${code}:\n${output.trim()}`);
}

/** Roles and database, each made when absent, passwords set to the recorded ones: safe to repeat at every start. */
export async function provision(port: number, passwords: EmbeddedRecord['passwords']): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(SUPERUSER, passwords.superuser, port, 'postgres'),
    connectionTimeoutMillis: 60_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles');
    const roles = new Set(rows.map((row) => row.rolname));
    for (const [role, password] of [
      [OWNER, passwords.owner],
      [LOGIN, passwords.login],
    ] as const) {
      const attributes = 'login nosuperuser nocreatedb nocreaterole nobypassrls noreplication';
      const verb = roles.has(role) ? 'alter' : 'create';
      await client.query(`${verb} role ${role} ${attributes} password ${pg.escapeLiteral(password)}`);
    }
    const database = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await client.end();
  }
}

export const urlOf = (user: string, password: string, port: number, database: string): string =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
