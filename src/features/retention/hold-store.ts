import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { appendAuditLine } from '../audit/service.ts';
import { claimKey, type KeyedRequest, keepId } from '../once.ts';
import { type Deed, lineOfDeed } from './deed.ts';
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

export type PlacedHold =
  | { readonly state: 'placed' | 'replayed'; readonly row: HoldRow }
  | { readonly state: 'key-reused' | 'nothing-to-hold' };

export async function placeHold(
  trx: Transaction,
  deed: Deed,
  request: LegalHoldRequest,
  keyed: KeyedRequest | null,
): Promise<PlacedHold> {
  const { tenantId, at, by } = deed;
  const claim = await claimKey(trx, keyed);
  if (claim.state === 'key-reused') return claim;
  if (claim.state === 'replayed') return replay(trx, deed, claim.id);
  const { reason } = request;
  const subjectId = request.subjectId ?? null;
  const verificationId = request.verificationId ?? null;
  await lockRetention(trx, tenantId);
  const table = subjectId === null ? 'verification' : 'subject';
  const found = await trx(table)
    .where({ tenant_id: tenantId, id: subjectId ?? verificationId })
    .first('id');
  if (found === undefined) return { state: 'nothing-to-hold' };
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
  await keepId(trx, keyed, id);
  return { state: 'placed', row: { ...row, ...NOT_LIFTED } };
}

const NOT_LIFTED = { lifted_at: null, lifted_by: null };

/** The hold as it was when it was placed. */
async function replay(trx: Transaction, deed: Deed, id: string): Promise<PlacedHold> {
  const row = await trx('legal_hold').where({ tenant_id: deed.tenantId, id }).first<HoldRow>(COLUMNS);
  await appendAuditLine(trx, { ...lineOfDeed(deed, 'legal-hold.place', id), outcome: 'replayed' });
  return { state: 'replayed', row: { ...row, ...NOT_LIFTED } };
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
