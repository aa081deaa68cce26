import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateFile, storePrivateFile } from '../../private-file.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** What must outlive a start: kept in `<data directory>/postgres.json`, mode 0600. */
export interface EmbeddedRecord {
  /** Of this data directory: a new one never finds the database of a deleted one. */
  readonly id: string;
  /** Where the database lies when it could not lie in the data directory itself. */
  readonly shelter: string | null;
  readonly port: number;
  readonly passwords: { readonly superuser: string; readonly owner: string; readonly login: string };
}

const fileOf = (dataDir: string): string => join(dataDir, 'postgres.json');

export async function loadRecord(dataDir: string): Promise<EmbeddedRecord> {
  const fresh: EmbeddedRecord = {
    id: randomBytes(4).toString('hex'),
    shelter: null,
    port: 0,
    passwords: { superuser: password(), owner: password(), login: password() },
  };
  try {
    await createPrivateFile(fileOf(dataDir), `${JSON.stringify(fresh, null, 2)}\n`);
    return JSON.parse(await readFile(fileOf(dataDir), 'utf8')) as EmbeddedRecord;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM') throw cause;
    throw new EmbeddedPostgresError(
      `The data directory ${dataDir} was made by another user: start as that user, or set DATA_DIR to another directory.`,
      cause,
    );
  }
}

export async function storeRecord(dataDir: string, record: EmbeddedRecord): Promise<void> {
  await storePrivateFile(fileOf(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}

const password = (): string => randomBytes(24).toString('base64url');
