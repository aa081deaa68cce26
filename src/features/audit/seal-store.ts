import type { AuditSeal } from '../../core/audit/seal.ts';
import type { SealKey } from '../../core/audit/trail.ts';
import type { Instant } from '../../core/instant.ts';
import type { AuditSigner } from '../../platform/audit-crypto.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';

interface SealRow {
  readonly batch: string;
  readonly tree_size: number;
  readonly root: Buffer;
  readonly previous: Buffer;
  readonly sealed_at: Date;
  readonly key_id: string;
  readonly signature: Buffer;
}

export interface GatheredBatch {
  readonly batch: number;
  readonly treeSize: number;
  readonly leaves: Buffer;
}

export interface KeyOnFile {
  readonly keyId: string;
  readonly privateKey: Buffer;
  readonly validFrom: Instant;
}

const COLUMNS = ['batch', 'tree_size', 'root', 'previous', 'sealed_at', 'key_id', 'signature'];

function toSeal(row: SealRow): AuditSeal {
  return {
    ...{ batch: Number(row.batch), treeSize: row.tree_size, root: row.root, previous: row.previous },
    ...{ sealedAt: row.sealed_at.getTime(), keyId: row.key_id, signature: row.signature },
  };
}

/** Moves waiting lines into the next batch; undefined when there is nothing to do. See audit_gather_batch. */
export async function gatherBatch(
  trx: Transaction,
  now: Date,
  limit: number,
  pauseMs: number,
): Promise<GatheredBatch | undefined> {
  const sql = 'select * from audit_gather_batch(?, ?, make_interval(secs => ?))';
  const { rows } = await trx.raw<{ rows: { batch: string; tree_size: number; leaves: Buffer }[] }>(sql, [
    now,
    limit,
    pauseMs / 1000,
  ]);
  const [row] = rows;
  return row && { batch: Number(row.batch), treeSize: row.tree_size, leaves: row.leaves };
}

/** A sealer that stalls or dies within its transaction must not keep the others from sealing. */
export async function limitIdleness(trx: Transaction, milliseconds: number): Promise<void> {
  await trx.raw(`select set_config('idle_in_transaction_session_timeout', ?, true)`, [String(milliseconds)]);
}

export async function insertSeal(trx: Transaction, seal: AuditSeal): Promise<void> {
  await trx('audit_seal').insert({
    ...{ batch: seal.batch, tree_size: seal.treeSize, root: Buffer.from(seal.root) },
    ...{ previous: Buffer.from(seal.previous), sealed_at: new Date(seal.sealedAt), key_id: seal.keyId },
    signature: Buffer.from(seal.signature),
  });
}

export async function insertKey(
  trx: Transaction,
  { keyId, publicKey }: AuditSigner,
  privateKey: Buffer,
  validFrom: Instant,
): Promise<void> {
  await trx('audit_key').insert({
    ...{ key_id: keyId, public_key: Buffer.from(publicKey), private_key: privateKey, valid_from: new Date(validFrom) },
  });
}

export async function loadNewestKey(trx: Transaction): Promise<KeyOnFile | undefined> {
  const row = await trx('audit_key')
    .orderBy([
      { column: 'valid_from', order: 'desc' },
      { column: 'key_id', order: 'desc' },
    ])
    .first<{ key_id: string; private_key: Buffer; valid_from: Date } | undefined>(
      'key_id',
      'private_key',
      'valid_from',
    );
  return row && { keyId: row.key_id, privateKey: row.private_key, validFrom: row.valid_from.getTime() };
}

/** Waits until no sealer is at work, and keeps them away until the transaction ends; gives the time of the last seal. */
export async function lockSeals(trx: Transaction): Promise<Instant | undefined> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('audit_seal', 0))`);
  return (await loadLastSeal(trx))?.sealedAt;
}

export async function loadLastSeal(from: Transaction | Database['knex']): Promise<AuditSeal | undefined> {
  const row = await from('audit_seal').orderBy('batch', 'desc').first<SealRow | undefined>(COLUMNS);
  return row && toSeal(row);
}

/** In ascending order, those after `batch`. */
export async function loadSealsAfter(
  from: Transaction | Database['knex'],
  batch: number,
  limit: number,
): Promise<AuditSeal[]> {
  const rows = await from('audit_seal')
    .where('batch', '>', batch)
    .orderBy('batch')
    .limit(limit)
    .select<SealRow[]>(COLUMNS);
  return rows.map(toSeal);
}

export async function loadSeals(
  from: Transaction | Database['knex'],
  batches: readonly number[],
): Promise<Map<number, AuditSeal>> {
  const rows = await from('audit_seal')
    .whereIn('batch', [...batches])
    .select<SealRow[]>(COLUMNS);
  return new Map(rows.map((row) => [Number(row.batch), toSeal(row)]));
}

/** In the order of their time; each ends where the next begins. */
export async function loadPublicKeys(from: Transaction | Database['knex']): Promise<SealKey[]> {
  const rows = await from('audit_key')
    .orderBy(['valid_from', 'key_id'])
    .select<{ key_id: string; public_key: Buffer; valid_from: Date }[]>('key_id', 'public_key', 'valid_from');
  return rows.map((row, n) => ({
    ...{ keyId: row.key_id, spki: row.public_key, validFrom: row.valid_from.getTime() },
    validUntil: rows[n + 1]?.valid_from.getTime() ?? null,
  }));
}

export async function loadWaiting(database: Database): Promise<{ lines: number; oldestAt: Instant | null }> {
  const sql = 'select lines::integer, oldest from audit_waiting()';
  const [row] = await database.call<{ lines: number; oldest: Date | null }>('audit_waiting', sql, []);
  return { lines: row?.lines ?? 0, oldestAt: row?.oldest?.getTime() ?? null };
}
