import type { Database } from '../../platform/database/database.ts';

/** Does nothing where it is there already; asked first, so that a long list is sent once by all replicas together. */
export async function insertDocument(database: Database, sha256: Buffer, octets: Uint8Array): Promise<void> {
  const find = 'select 1 as one from public_document where sha256 = $1';
  const known = await database.call('find_public_document', find, [sha256]);
  if (known.length > 0) return;
  const insert = 'insert into public_document (sha256, octets) values ($1, $2) on conflict do nothing';
  await database.call('insert_public_document', insert, [sha256, octets]);
}

/** A further number where these are not the settings that were in force last. */
export async function recordRules(database: Database, sha256: Buffer): Promise<number> {
  const sql = 'select rules_version($1) as version';
  const [row] = await database.call<{ version: number }>('rules_version', sql, [sha256]);
  if (row === undefined) throw new Error('rules_version gave no row');
  return row.version;
}
