import type { PackedHashes } from '../../core/audit/merkle-tree.ts';
import { hashSeal } from '../../core/audit/seal.ts';
import { createSealGroups, type SealTimestamp, type StampedSeals } from '../../core/audit/seal-timestamp.ts';
import type { TimestampFacts } from '../../core/audit/timestamp-facts.ts';
import { concatBytes } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { loadSealsAfter } from './seal-store.ts';

type Source = Transaction | Database['knex'];

/** What is written down of a timestamp beside its token. */
export interface TimestampRecord {
  readonly number: number;
  readonly lastBatch: number;
  readonly genTime: Instant;
  readonly validUntil: Instant;
  readonly algorithms: readonly string[];
}

interface RecordRow {
  readonly number: string;
  readonly last_batch: string;
  readonly gen_time: Date;
  readonly valid_until: Date;
  readonly algorithms: string[];
}

interface TimestampRow {
  readonly number: string;
  readonly first_batch: string;
  readonly last_batch: string;
  readonly seals_root: Buffer;
  readonly timestamps_root: Buffer;
  readonly token: Buffer;
}

const RECORD = ['number', 'last_batch', 'gen_time', 'valid_until', 'algorithms'];
const TIMESTAMP = ['number', 'first_batch', 'last_batch', 'seals_root', 'timestamps_root', 'token'];

/** One replica asks for a timestamp at a time; false while another does. */
export async function claimTimestamps(trx: Transaction): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { taken: boolean }[] }>(
    `select pg_try_advisory_xact_lock(hashtextextended('audit_timestamp', 0)) as taken`,
  );
  return rows[0]?.taken === true;
}

export async function loadNewestTimestamp(from: Source): Promise<TimestampRecord | undefined> {
  const row = await from('audit_timestamp').orderBy('number', 'desc').first<RecordRow | undefined>(RECORD);
  return row && toRecord(row);
}

/** Of the first timestamp that covers the seal, and of every one since. */
export async function loadRecordsCovering(from: Source, batch: number): Promise<TimestampRecord[]> {
  const rows = await from('audit_timestamp')
    .where('last_batch', '>=', batch)
    .orderBy('number')
    .select<RecordRow[]>(RECORD);
  return rows.map(toRecord);
}

export async function loadTimestamps(from: Source, numbers: readonly number[]): Promise<SealTimestamp[]> {
  const rows = await from('audit_timestamp')
    .whereIn('number', [...numbers])
    .orderBy('number')
    .select<TimestampRow[]>(TIMESTAMP);
  return rows.map(toTimestamp);
}

export async function loadNodes(from: Source, number: number): Promise<PackedHashes> {
  const row = await from('audit_timestamp').where({ number }).first<{ nodes: Buffer } | undefined>('nodes');
  return row?.nodes ?? new Uint8Array();
}

/** SHA-256 of the tokens before that number, one behind the other. */
export async function loadTokenDigests(from: Source, before: number): Promise<PackedHashes> {
  const rows = await from('audit_timestamp')
    .where('number', '<', before)
    .orderBy('number')
    .select<{ token_sha256: Buffer }[]>('token_sha256');
  return concatBytes(...rows.map((row) => row.token_sha256));
}

/** Of the seals from `firstBatch` to `lastBatch`, a bounded part of them in memory. */
export async function gatherSeals(from: Source, firstBatch: number, lastBatch: number) {
  const groups = createSealGroups(auditCrypto.sha256);
  for (let after = firstBatch - 1; after < lastBatch; ) {
    const seals = await loadSealsAfter(from, after, Math.min(SEALS_AT_ONCE, lastBatch - after));
    if (seals.length === 0) throw new Error(`the seal after batch ${after} is gone`);
    for (const seal of seals) groups.append(hashSeal(auditCrypto.sha256, seal));
    after = seals.at(-1)?.batch as number;
  }
  return groups;
}

const SEALS_AT_ONCE = 512;

export async function insertTimestamp(
  trx: Transaction,
  stamped: StampedSeals,
  nodes: PackedHashes,
  { token, facts }: { readonly token: Uint8Array; readonly facts: TimestampFacts },
): Promise<void> {
  await trx('audit_timestamp').insert({
    ...{ number: stamped.number, first_batch: stamped.firstBatch, last_batch: stamped.lastBatch },
    ...{ seals_root: Buffer.from(stamped.sealsRoot), timestamps_root: Buffer.from(stamped.timestampsRoot) },
    ...{ nodes: Buffer.from(nodes), token: Buffer.from(token), token_sha256: Buffer.from(auditCrypto.sha256(token)) },
    ...{ gen_time: new Date(facts.genTime), valid_until: new Date(facts.validUntil), algorithms: facts.algorithms },
  });
}

/** How often in a row the authority failed, and when it is asked again. */
export async function loadAttempts(trx: Source): Promise<{ failures: number; notBefore: Instant }> {
  const row = await trx('audit_timestamp_attempt').first<{ failures: number; not_before: Date } | undefined>();
  return { failures: row?.failures ?? 0, notBefore: row?.not_before.getTime() ?? 0 };
}

export async function recordAttempts(trx: Transaction, failures: number, notBefore: Instant): Promise<void> {
  await trx('audit_timestamp_attempt')
    .insert({ failures, not_before: new Date(notBefore) })
    .onConflict('only_one')
    .merge(['failures', 'not_before']);
}

const toRecord = (row: RecordRow): TimestampRecord => ({
  ...{ number: Number(row.number), lastBatch: Number(row.last_batch), algorithms: row.algorithms },
  ...{ genTime: row.gen_time.getTime(), validUntil: row.valid_until.getTime() },
});

const toTimestamp = (row: TimestampRow): SealTimestamp => ({
  ...{ number: Number(row.number), firstBatch: Number(row.first_batch), lastBatch: Number(row.last_batch) },
  ...{ sealsRoot: row.seals_root, timestampsRoot: row.timestamps_root, token: row.token },
});
