import type { AuditSeal } from '../../core/audit/seal.ts';
import type { Database } from '../../platform/database/database.ts';
import { appendAuditLine } from './append.ts';
import { loadTenantIds, mayReadAll } from './audit-store.ts';
import type { AuditActor } from './line.ts';
import { type LineProofs, proveLines } from './proofs.ts';
import { loadSealsAfter } from './seal-store.ts';

/** The trail of all tenants, for the operator at the command line. */
export interface AuditReader {
  /** Is the login the owner of the database? Another would see nothing, and find everything erased. */
  seesAll(): Promise<boolean>;
  /** One line, whosever it is; that it was shown is told in its tenant's trail. */
  prove(lineId: string, actor: AuditActor, now: number): Promise<LineProofs>;
  /** Every seal, in order. */
  seals(): AsyncIterable<AuditSeal>;
}

const SEALS_AT_ONCE = 1_000;

export function createAuditReader(database: Database): AuditReader {
  return {
    seesAll: () => mayReadAll(database.knex),
    prove: (lineId, actor, now) =>
      database.knex.transaction(async (trx) => {
        const found = await proveLines(trx, await loadTenantIds(trx), [lineId]);
        for (const { line } of found.proofs) {
          const { tenantId } = line;
          await trx.raw(`select set_config('app.tenant', ?, true)`, [tenantId]);
          const common = { tenantId, at: now, actor, right: 'operator', from: null, requestId: null } as const;
          await appendAuditLine(trx, { ...common, act: 'audit.prove', target: lineId });
        }
        return found;
      }),
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
