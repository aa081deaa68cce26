import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The user that PostgreSQL runs as when we are root: it refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Tried in this order. initdb wants a user with an entry in the password file, so a bare number does not do. */
const CANDIDATES = ['postgres', '_postgres', 'nobody'];

/** Undefined: our own. `data` that exists already belongs to the account that made it. */
export function selectAccount(data: string): Account | undefined {
  if (!isRoot()) return undefined;
  const accounts = readAccounts();
  const owner = existsSync(data) ? statSync(data).uid : 0;
  const account =
    accounts.find((candidate) => owner !== 0 && candidate.uid === owner) ??
    CANDIDATES.map((name) => accounts.find((candidate) => candidate.name === name)).find(
      (candidate) => candidate !== undefined,
    );
  if (account === undefined) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root and there is no user postgres or nobody: make one, start as an ordinary user, or set DATABASE_URL.',
    );
  }
  return account;
}

/** May the account use it? Asked of the system itself, by a shell of that account. */
export function canEnter(account: Account | undefined, directory: string): boolean {
  return succeeds(account, '/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', directory]);
}

export function canRun(account: Account | undefined, program: string): boolean {
  return succeeds(account, program, ['--version']);
}

/** What spawn takes to run as that account. The working directory is one that everybody may enter. */
export function spawnAs(account: Account | undefined): {
  cwd: string;
  uid?: number;
  gid?: number;
  env: NodeJS.ProcessEnv;
} {
  const ids = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  return { cwd: '/', ...ids, env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
}

function succeeds(account: Account | undefined, program: string, parameters: readonly string[]): boolean {
  return spawnSync(program, parameters, { ...spawnAs(account), stdio: 'ignore' }).status === 0;
}

function isRoot(): boolean {
  try {
    return userInfo().uid === 0;
  } catch {
    return false; // no entry in the password file: then it is not root
  }
}

function readAccounts(): Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid) && uid > 0);
}
