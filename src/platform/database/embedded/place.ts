import { createHash } from 'node:crypto';
import { chmod, chown, cp, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Account, canEnter, canRun } from './account.ts';
import { type Binaries, postgresOf } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** Where to put what the account cannot reach, best first; each is root's own. */
export const SHELTERS: readonly string[] = ['/var/lib/jpki-verifier', '/var/tmp/jpki-verifier'];

/** Our directory for one database: `data`, `server.log` and the guard's marker lie in it. */
export interface Place {
  readonly directory: string;
  /** Null: in the data directory. */
  readonly shelter: string | null;
}

/** Chooses and makes the place: the data directory if the account can get there, else a shelter. */
export async function makePlace(input: {
  dataDir: string;
  id: string;
  known: string | null;
  account: Account | undefined;
  shelters: readonly string[];
}): Promise<Place> {
  const inside = join(input.dataDir, 'postgres');
  if (input.known !== null && (await exists(input.known))) return { directory: input.known, shelter: input.known };
  if (await makeUsable(inside, input.account)) return { directory: inside, shelter: null };
  const name = createHash('sha256')
    .update(await realpath(input.dataDir))
    .digest('hex')
    .slice(0, 12);
  for (const shelter of input.shelters) {
    if (!(await makeShelter(shelter))) continue;
    const directory = join(shelter, `${name}-${input.id}`);
    if (await makeUsable(directory, input.account)) return { directory, shelter: directory };
  }
  throw new EmbeddedPostgresError(
    `The user ${input.account?.name ?? 'running this'} can write neither to ${inside} nor to ${input.shelters.join(' or ')}: set DATA_DIR to a directory that it can enter.`,
  );
}

/** The binaries themselves, or a copy of them where the account can run it. */
export async function makeBinariesReachable(
  binaries: Binaries,
  account: Account | undefined,
  shelters: readonly string[],
): Promise<Binaries> {
  if (account === undefined || canRun(account, postgresOf(binaries))) return binaries;
  for (const shelter of shelters) {
    if (!(await makeShelter(shelter))) continue;
    const copy = { root: join(shelter, `postgresql-${binaries.version}`), version: binaries.version };
    if (!canRun(account, postgresOf(copy))) await copyBinaries(binaries, copy);
    if (canRun(account, postgresOf(copy))) return copy;
  }
  throw new EmbeddedPostgresError(
    `The user ${account.name} can run PostgreSQL neither from ${binaries.root} nor from a copy in ${shelters.join(' or ')}.`,
  );
}

async function makeUsable(directory: string, account: Account | undefined): Promise<boolean> {
  const isNew = (await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew && account !== undefined) await chown(directory, account.uid, account.gid);
  if (canEnter(account, directory)) return true;
  if (isNew) await rm(directory, { recursive: true });
  return false;
}

/** Others may look into a shelter, never write: what lies there is run. */
async function makeShelter(shelter: string): Promise<boolean> {
  try {
    if ((await mkdir(shelter, { recursive: true, mode: 0o755 })) !== undefined) await chmod(shelter, 0o755);
    const facts = await lstat(shelter);
    return facts.isDirectory() && facts.uid === 0 && (facts.mode & 0o022) === 0;
  } catch {
    return false; // read-only or not ours: the next one is tried
  }
}

async function copyBinaries(from: Binaries, to: Binaries): Promise<void> {
  const unfinished = `${to.root}.${Math.random().toString(36).slice(2)}`;
  await cp(from.root, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && basename(source) !== 'pkgconfig',
  });
  await makeReadable(unfinished);
  await rm(to.root, { recursive: true, force: true });
  await rename(unfinished, to.root).catch(async (error) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(to.root))) throw error; // else another start was quicker
  });
}

/** A restrictive umask of the installation would keep the account out of the copy. */
async function makeReadable(path: string): Promise<void> {
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) return;
  await chmod(path, facts.isDirectory() ? 0o755 : 0o644 | (facts.mode & 0o100 ? 0o111 : 0));
  if (!facts.isDirectory()) return;
  for (const entry of await readdir(path)) await makeReadable(join(path, entry));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
