import type { Database, Transaction } from '../../platform/database/database.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import { type HashGeneration, type HashPurpose, type TenantVault, VaultError } from '../../platform/vault/vault.ts';
import { appendAuditLine } from '../audit/service.ts';
import { type KeyParts, Stopped } from './parts.ts';

/** Hashes whose rows are computed anew; an API key is not known before it is used. */
export type RehashedPurpose = Exclude<HashPurpose, 'api-key'>;

interface HashedRow {
  readonly id: string;
  /** The hash as stored. */
  readonly hash: Buffer;
  readonly sealed: Buffer;
  readonly issuer: Buffer;
  /** The record that the field is sealed under, and its key. */
  readonly record: string;
  readonly record_key: Buffer | null;
}

interface HashedColumn {
  readonly name: string;
  /** Takes tenant, id after, version, limit. */
  readonly select: string;
  open(vault: TenantVault, tenantId: string, row: HashedRow): Buffer;
  hash(hashes: HashGeneration, tenantId: string, row: HashedRow, plaintext: Buffer): Buffer;
}

const BATCH = 200;

const selectCertificates = (hash: string) => `
  select c.id, c.${hash} as hash, c.serial_number as sealed, c.issuer_key_sha256 as issuer, c.subject_id as record,
    k.wrapped as record_key
  from certificate c left join key_store.record_key k on k.tenant_id = c.tenant_id and k.record_id = c.subject_id
  where c.tenant_id = ? and c.id > ? and coalesce(c.${hash}_version, 1) < ? order by c.id limit ?`;
const openSerial: HashedColumn['open'] = (vault, tenantId, { id, sealed, record, record_key }) => {
  const identity = { table: 'certificate', column: 'serial_number', rowId: id, tenantId };
  return vault.openRecord('subject', record, record_key).decrypt('serial', identity, sealed);
};

const COLUMNS: Readonly<Record<RehashedPurpose, HashedColumn>> = {
  'serial-match': {
    name: 'certificate.serial_match',
    select: selectCertificates('serial_match'),
    open: openSerial,
    hash: (hashes, _tenantId, { issuer }, serial) => hashes.serialMatch(issuer, serial),
  },
  'serial-number-mac': {
    name: 'certificate.serial_number_mac',
    select: selectCertificates('serial_number_mac'),
    open: openSerial,
    hash: (hashes, tenantId, { issuer }, serial) => hashes.serialNumberMac(tenantId, issuer, serial),
  },
  lookup: {
    name: 'verification.reference_mac',
    select: `select v.id, v.reference_mac as hash, v.reference as sealed, ''::bytea as issuer, v.id as record,
        k.wrapped as record_key
      from verification v left join key_store.record_key k on k.tenant_id = v.tenant_id and k.record_id = v.id
      where v.tenant_id = ? and v.id > ? and v.reference_mac is not null and coalesce(v.reference_mac_version, 1) < ?
      order by v.id limit ?`,
    open: (vault, tenantId, { id, sealed, record_key }) => {
      const identity = { table: 'verification', column: 'reference', rowId: id, tenantId };
      return vault.openRecord('verification', id, record_key).decrypt('report', identity, sealed);
    },
    hash: (hashes, tenantId, _row, reference) => hashes.lookup(tenantId, 'reference', reference.toString()),
  },
};

/**
 * The tenant's hashes under the key that leads, a batch a transaction. A row says under which key it is, so that whoever
 * begins anew passes over what is done. Gives the places that do not open.
 */
export async function rehashTenant(parts: KeyParts, tenantId: string, purpose: RehashedPurpose): Promise<string[]> {
  const { database, vault } = parts;
  const sealed = await vault.open(tenantId);
  const unreadable: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const from: string = after;
    after = await withHashes(vault.hashes, async (hashes) => {
      const places: string[] = [];
      const last = await database.inTenant(tenantId, (trx) =>
        rehashBatch(parts, trx, { tenantId, purpose, sealed, hashes, after: from, places }),
      );
      unreadable.push(...places);
      return last;
    });
    if (after !== undefined && parts.isStopping()) throw new Stopped();
  }
  return unreadable;
}

interface Batch {
  readonly tenantId: string;
  readonly purpose: RehashedPurpose;
  readonly sealed: TenantVault;
  readonly hashes: HashGeneration;
  readonly after: string;
  readonly places: string[];
}

/** Gives the last id of a full batch. */
async function rehashBatch(
  { lineOf, advance }: KeyParts,
  trx: Transaction,
  { tenantId, purpose, sealed, hashes, after, places }: Batch,
): Promise<string | undefined> {
  const column = COLUMNS[purpose];
  await trx.raw('select hold_hash_epoch(?)', [hashes.epoch]);
  const version = await readLeadingVersion(trx, purpose);
  const { rows } = await trx.raw<{ rows: HashedRow[] }>(column.select, [tenantId, after, version, BATCH]);
  const renewed = rows.flatMap((row) => {
    const plaintext = openOrTell(() => column.open(sealed, tenantId, row));
    if (plaintext === undefined) places.push(`${column.name} ${row.id}`);
    return plaintext === undefined ? [] : [{ ...row, renewed: column.hash(hashes, tenantId, row, plaintext) }];
  });
  if (renewed.length > 0) {
    const found = await trx.raw<{ rows: { count: number }[] }>('select move_hashes(?, ?, ?, ?, ?) as count', [
      ...[purpose, version, renewed.map(({ id }) => id)],
      ...[renewed.map(({ hash }) => hash), renewed.map((row) => row.renewed)],
    ]);
    const count = found.rows[0]?.count ?? 0;
    if (count > 0) await appendAuditLine(trx, lineOf(tenantId, 'hash-key.rehash', column.name, count));
    await advance(trx, count);
  }
  return rows.length === BATCH ? rows.at(-1)?.id : undefined;
}

function openOrTell(open: () => Buffer): Buffer | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}

async function readLeadingVersion(trx: Transaction | Database['knex'], purpose: HashPurpose): Promise<number> {
  const row = await trx('hash_key')
    .where({ purpose, state: 'leads' })
    .first<{ version: number } | undefined>('version');
  if (row === undefined) throw new VaultError(`the keys of the hashes for ${purpose} are missing in the database`);
  return row.version;
}
