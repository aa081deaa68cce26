import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { selectAccount, spawnAs } from '../../src/platform/database/embedded/account.ts';
import { findFreePort } from '../../src/platform/database/embedded/free-port.ts';
import { spawnGuarded } from '../../src/platform/database/embedded/guard.ts';

const DEBIAN = '/usr/lib/postgresql';
const TOOLS = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql'];

/**
 * Where the programs of an installed PostgreSQL are, the newest that has all: the embedded one ships without those that
 * dump and restore. Undefined where there is none.
 */
export function findInstalledPostgres(): string | undefined {
  const versions = namesIn(DEBIAN).sort((a, b) => Number(b) - Number(a));
  const ofDebian = versions.filter((version) => Number(version) >= 15).map((version) => join(DEBIAN, version, 'bin'));
  const onPath = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return [...ofDebian, ...onPath].find((folder) => TOOLS.every((tool) => isProgram(join(folder, tool))));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PostgresServer {
  readonly port: number;
  /** Of the database `postgres`. */
  readonly superuserUrl: string;
  /** Ends it and takes its data away. */
  destroy(): Promise<void>;
}

/** An empty server of the installed PostgreSQL, on loopback, with a superuser and nothing else. */
export async function startPostgresServer(programs: string): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'jpki-server-'));
  const data = join(directory, 'data');
  const account = selectAccount(data);
  chmodSync(directory, 0o755);
  mkdirSync(data, { mode: 0o700 });
  if (account !== undefined) chownSync(data, account.uid, account.gid);
  const cluster = ['-D', data, '--no-sync', '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  execFileSync(join(programs, 'initdb'), cluster, { ...spawnAs(account), stdio: 'pipe' });
  const port = await findFreePort(0);
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'timezone=UTC'];
  const server = await spawnGuarded({
    directory,
    account,
    command: [join(programs, 'postgres'), '-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
    doomed: directory,
  });
  const superuserUrl = `postgres://postgres@127.0.0.1:${port}/postgres`;
  while (!(await answers(superuserUrl))) {
    if (server.hasEnded()) throw new Error('the server ended while it started');
    await sleep(50);
  }
  return {
    port,
    superuserUrl,
    destroy: async () => {
      await server.stop();
    },
  };
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
