import type { Database } from '../../platform/database/database.ts';

/** Does nothing where it is there already; asked first, so that a long list is sent once by all replicas together. */
export async function insertDocument(database: Database, sha256: Buffer, octets: Uint8Array): Promise<void> {
  const known = await database.call('find_public_document', 'select 1 as one from public_document where sha256 = $1', [
    sha256,
  ]);
  if (known.length > 0) return;
  await database.call(
    'insert_public_document',
    'insert into public_document (sha256, octets) values ($1, $2) on conflict do nothing',
    [sha256, octets],
  );
}

export async function loadDocuments(database: Database, hashes: readonly string[]): Promise<Map<string, Buffer>> {
  const rows = await database.call<{ sha256: Buffer; octets: Buffer }>(
    'load_public_documents',
    'select sha256, octets from public_document where sha256 = any ($1)',
    [hashes.map((sha256) => Buffer.from(sha256, 'hex'))],
  );
  return new Map(rows.map(({ sha256, octets }) => [sha256.toString('hex'), octets]));
}
