import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, selectAccount } from './account.ts';
import { type Binaries, findBinaries, initdbOf, postgresOf } from './binaries.ts';
import { DATABASE, initialise, isInitialised, LOGIN, OWNER, provision, SUPERUSER, urlOf } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { findFreePort } from './free-port.ts';
import { type GuardedServer, readLastLines, spawnGuarded } from './guard.ts';
import { makeWay, readPidFile } from './pid-file.ts';
import { makeBinariesReachable, makePlace, type Place, SHELTERS } from './place.ts';
import { readProcess } from './process-table.ts';
import { loadRecord, storeRecord } from './record.ts';

export interface EmbeddedPostgres {
  /** The owner of the database: for migrations. */
  readonly adminUrl: string;
  /** The application's login, which owns nothing. */
  readonly url: string;
  /** The superuser, of the database `postgres`: the service has no use for it. */
  readonly superuserUrl: string;
  /** Sentences for whoever starts the service: what lies where one would not look for it. */
  readonly notes: readonly string[];
  /** Resolves when the server is gone, stopped or not. */
  readonly ended: Promise<void>;
  /** Fast shutdown. Rejects when the server did not end well, with its last log lines. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Further server settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly shelters?: readonly string[];
  /** A directory to remove after the server ended, however it ended. */
  readonly doomed?: string;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // statements and key values are personal data: none of them in the server's log
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
};

const START_TIMEOUT_MS = 60_000;
const STOPPING_PATIENCE_MS = 60_000;

/**
 * Starts a PostgreSQL of our own, its data kept below `dataDir`. It ends with `stop()`, and also when this process is
 * killed. Rejects with EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const record = await loadRecord(dataDir);
  const shelters = options.shelters ?? SHELTERS;
  const account = selectAccount(join(record.shelter ?? join(dataDir, 'postgres'), 'data'));
  const installed = findBinaries();
  const binaries = await makeBinariesReachable(installed, account, shelters);
  const place = await makePlace({ dataDir, id: record.id, known: record.shelter, account, shelters });
  const data = join(place.directory, 'data');

  await makeWay(place.directory, data, STOPPING_PATIENCE_MS);
  if (!(await isInitialised(data))) {
    const password = record.passwords.superuser;
    await initialise({ initdb: initdbOf(binaries), directory: place.directory, data, account, password });
    await makeWay(place.directory, data, STOPPING_PATIENCE_MS);
  }
  const port = await findFreePort(record.port);
  const server = await spawnGuarded({
    directory: place.directory,
    account,
    command: [postgresOf(binaries), '-D', data, '-p', String(port), ...parameters(options.settings)],
    doomed: options.doomed,
  });
  try {
    await waitUntilReady(server, place, data, port);
    await provision(port, record.passwords);
    const isChanged = record.port !== port || record.shelter !== place.shelter;
    if (isChanged) await storeRecord(dataDir, { ...record, shelter: place.shelter, port });
  } catch (cause) {
    await server.stop();
    throw cause instanceof EmbeddedPostgresError ? cause : await failure(place, 'could not be set up', cause);
  }
  const { passwords } = record;
  return {
    adminUrl: urlOf(OWNER, passwords.owner, port, DATABASE),
    url: urlOf(LOGIN, passwords.login, port, DATABASE),
    superuserUrl: urlOf(SUPERUSER, passwords.superuser, port, 'postgres'),
    notes: buildNotes({ account, dataDir, place, installed, binaries }),
    ended: server.ended.then(() => undefined),
    stop: async () => {
      const code = await server.stop();
      if (code !== 0) throw await failure(place, `ended with code ${code}`);
    },
  };
}

function parameters(settings: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * The server writes its state into its pid file; its port there tells it from a server that was quicker than ours, its
 * being alive from the file that a killed one left.
 */
async function waitUntilReady(server: GuardedServer, place: Place, data: string, port: number): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until) {
    if (server.hasEnded()) throw await failure(place, 'ended while it started');
    const pidFile = await readPidFile(data);
    if (pidFile?.port === port && pidFile.state === 'ready' && (await readProcess(pidFile.pid)) !== undefined) return;
    await sleep(10);
  }
  throw await failure(place, `was not ready after ${START_TIMEOUT_MS / 1_000} s`);
}

async function failure(place: Place, what: string, cause?: unknown): Promise<EmbeddedPostgresError> {
  const lines = await readLastLines(place.directory);
  const message = `The embedded PostgreSQL in ${place.directory} ${what}. Its last log lines:\n${lines}`;
  return new EmbeddedPostgresError(message, cause);
}

function buildNotes(facts: {
  account: Account | undefined;
  dataDir: string;
  place: Place;
  installed: Binaries;
  binaries: Binaries;
}): string[] {
  const who = `PostgreSQL runs as the user ${facts.account?.name}`;
  const notes: string[] = [];
  if (facts.place.shelter !== null) {
    notes.push(`${who}, who cannot enter ${facts.dataDir}: its data is kept in ${facts.place.shelter}`);
  }
  if (facts.binaries.root !== facts.installed.root) {
    notes.push(`${who}, who cannot enter ${facts.installed.root}: its programs were copied to ${facts.binaries.root}`);
  }
  return notes;
}
