import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Deed } from './deed.ts';
import { appendDeeds } from './event-store.ts';
import type { LegalHoldRequest } from './wire.ts';

export interface HoldRow {
  readonly id: string;
  readonly subject_id: string | null;
  readonly verification_id: string | null;
  readonly reason: LegalHoldRequest['reason'];
  readonly placed_at: Date;
  readonly placed_by: string;
  readonly lifted_at: Date | null;
  readonly lifted_by: string | null;
}

const COLUMNS = [
  ...['id', 'subject_id', 'verification_id', 'reason', 'placed_at', 'placed_by', 'lifted_at', 'lifted_by'],
];

/** Whoever deletes waits for it, and it for whoever deletes. */
export async function lockRetention(trx: Transaction, tenantId: string): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(retention_lock(?))', [tenantId]);
}

/** Undefined when there is nothing to hold. */
export async function placeHold(trx: Transaction, deed: Deed, request: LegalHoldRequest): Promise<HoldRow | undefined> {
  const { tenantId, at, by } = deed;
  const { reason } = request;
  const subjectId = request.subjectId ?? null;
  const verificationId = request.verificationId ?? null;
  await lockRetention(trx, tenantId);
  const table = subjectId === null ? 'verification' : 'subject';
  const found = await trx(table)
    .where({ tenant_id: tenantId, id: subjectId ?? verificationId })
    .first('id');
  if (found === undefined) return undefined;
  const id = newId('hld', at);
  const row = {
    id,
    subject_id: subjectId,
    verification_id: verificationId,
    reason,
    placed_at: new Date(at),
    placed_by: by,
  };
  await trx('legal_hold').insert({ tenant_id: tenantId, ...row });
  await appendDeeds(trx, deed, 'legal-hold.place', 'legal-hold.placed', [{ id, subjectId, verificationId }]);
  return { ...row, lifted_at: null, lifted_by: null };
}

/** Lifted before, it stays as it was. */
export async function liftHold(trx: Transaction, deed: Deed, id: string): Promise<HoldRow | undefined> {
  const { tenantId, at, by } = deed;
  await lockRetention(trx, tenantId);
  const row = await trx('legal_hold').where({ tenant_id: tenantId, id }).first<HoldRow | undefined>(COLUMNS);
  if (row === undefined || row.lifted_at !== null) return row;
  const lifted = { lifted_at: new Date(at), lifted_by: by };
  await trx('legal_hold').where({ tenant_id: tenantId, id }).update(lifted);
  const target = { id, subjectId: row.subject_id, verificationId: row.verification_id };
  await appendDeeds(trx, deed, 'legal-hold.lift', 'legal-hold.lifted', [target]);
  return { ...row, ...lifted };
}

/** Newest first, those before `before`. */
export async function selectHolds(
  trx: Transaction,
  tenantId: string,
  before: string | undefined,
  limit: number,
): Promise<HoldRow[]> {
  const query = trx('legal_hold').where({ tenant_id: tenantId });
  if (before !== undefined) query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(limit).select(COLUMNS);
}
