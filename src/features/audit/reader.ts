import type { AuditSeal } from '../../core/audit/seal.ts';
import type { SealTimestamp } from '../../core/audit/seal-timestamp.ts';
import type { AlgorithmEnds } from '../../core/audit/timestamp-facts.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { appendAuditLine } from './append.ts';
import { loadManifestLines, loadTenantIds, mayReadAll } from './audit-store.ts';
import type { AuditActor } from './line.ts';
import { type LineProof, type LineProofs, proveLines } from './proofs.ts';
import { loadSealsAfter } from './seal-store.ts';
import { type BatchTimestamps, proveBatches } from './timestamp-proofs.ts';
import { loadNewestTimestamp, loadTimestamps } from './timestamp-store.ts';

/** The trail of all tenants, for the operator at the command line. */
export interface AuditReader {
  /** Is the login the owner of the database? Another would see nothing, and find everything erased. */
  seesAll(): Promise<boolean>;
  /** One line, whosever it is; that it was shown is told in its tenant's trail. */
  prove(lineId: string, actor: AuditActor, now: number): Promise<LineProofs>;
  /** Every seal, in order. */
  seals(): AsyncIterable<AuditSeal>;
  /** Every timestamp of the seals, in order. */
  timestamps(): AsyncIterable<SealTimestamp>;
  /** What renews the timestamps of a package: chains of its seals as they are now, and of those over its manifest. */
  renew(about: PackageSeals, ends: AlgorithmEnds, who: Reading): Promise<RenewedTimestamps>;
}

export interface PackageSeals {
  readonly batches: readonly number[];
  /** Lower-case hexadecimal. */
  readonly manifestSha256: string;
}

export interface Reading {
  readonly actor: AuditActor;
  readonly now: number;
}

export interface RenewedTimestamps {
  /** Those that are not empty. */
  readonly chains: readonly BatchTimestamps[];
  /** Lines that tell of the manifest. */
  readonly manifest: readonly LineProof[];
}

const SEALS_AT_ONCE = 1_000;

export function createAuditReader(database: Database): AuditReader {
  return {
    seesAll: () => mayReadAll(database.knex),
    prove: (lineId, actor, now) =>
      database.knex.transaction(async (trx) => {
        const found = await proveLines(trx, await loadTenantIds(trx), [lineId]);
        await tellOf(trx, found.proofs, { actor, now });
        return found;
      }),
    renew: ({ batches, manifestSha256 }, ends, who) =>
      database.knex.transaction(async (trx) => {
        const ids = await loadManifestLines(trx, manifestSha256);
        const { proofs } = await proveLines(trx, await loadTenantIds(trx), ids);
        await tellOf(trx, proofs, who);
        const all = [...batches, ...proofs.map(({ seal }) => seal.batch)];
        return { chains: await proveBatches(trx, all, ends), manifest: proofs };
      }),
    async *timestamps() {
      const newest = (await loadNewestTimestamp(database.knex))?.number ?? 0;
      for (let number = 1; number <= newest; number++) yield* await loadTimestamps(database.knex, [number]);
    },
    async *seals() {
      for (let after = 0; ; ) {
        const seals = await loadSealsAfter(database.knex, after, SEALS_AT_ONCE);
        yield* seals;
        const last = seals.at(-1);
        if (last === undefined) return;
        after = last.batch;
      }
    },
  };
}

/** That a line was shown is told in the trail of its tenant. */
async function tellOf(trx: Transaction, proofs: readonly LineProof[], { actor, now }: Reading): Promise<void> {
  for (const { line } of proofs) {
    const { tenantId } = line;
    await trx.raw(`select set_config('app.tenant', ?, true)`, [tenantId]);
    const common = { tenantId, at: now, actor, right: 'operator', from: null, requestId: null } as const;
    await appendAuditLine(trx, { ...common, act: 'audit.prove', target: line.id });
  }
}
