import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** A PostgreSQL installation: `bin/initdb`, `bin/postgres` and what they load from `lib` and `share` beside them. */
export interface Binaries {
  readonly root: string;
  readonly version: string;
}

/**
 * Finds the binaries among the development dependencies. Resolved by name at run time: a production install has no such
 * package and never comes here.
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root: join(root, 'native'), version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL is not installed (package ${name}): run npm ci with development dependencies, or set DATABASE_URL.`,
      cause,
    );
  }
}

export const postgresOf = (binaries: Binaries): string => join(binaries.root, 'bin', 'postgres');
export const initdbOf = (binaries: Binaries): string => join(binaries.root, 'bin', 'initdb');
