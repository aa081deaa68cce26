import { decideRetention, type RetentionDecision } from '../../core/retention/decide.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import { appendAuditLine, lineOf } from '../audit/service.ts';
import { keyedRequest } from '../once.ts';
import type { RequestOptions } from '../request-options.ts';
import { type Problem, problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { deedOf } from './deed.ts';
import { type DeletionRow, deleteVerifications, loadRetained, selectDeletions } from './deletion-store.ts';
import { type HoldRow, liftHold, placeHold, selectHolds } from './hold-store.ts';
import { decodeCursor, toPage, USUAL_LIMIT } from './pages.ts';
import { type BackupSettings, termOf } from './term.ts';
import type { DeletionFilters, DeletionRecord, LegalHold, LegalHoldRequest, Page, PageRequest } from './wire.ts';

// what subjects need of retention
export { type Deed, deedOf, lineOfDeed } from './deed.ts';
export { deleteSubject, deleteVerifications, type RetainedVerification, selectRetained } from './deletion-store.ts';
export { appendDeeds } from './event-store.ts';
export { lockRetention } from './hold-store.ts';
export { decodeCursor, toPage, USUAL_LIMIT } from './pages.ts';
export { type BackupSettings, type Term, termOf } from './term.ts';

export interface RetentionService {
  /** 409 as long as the law or a hold has it kept. */
  deleteVerification(caller: Caller, id: string, requestId: string): Promise<ServiceResult<DeletionRecord>>;
  placeHold(caller: Caller, request: LegalHoldRequest, options: RequestOptions): Promise<ServiceResult<LegalHold>>;
  liftHold(caller: Caller, id: string, requestId: string): Promise<ServiceResult<LegalHold>>;
  listHolds(caller: Caller, page: PageRequest, requestId: string): Promise<ServiceResult<Page<LegalHold>>>;
  listDeletions(
    caller: Caller,
    filters: DeletionFilters,
    requestId: string,
  ): Promise<ServiceResult<Page<DeletionRecord>>>;
}

export function createRetentionService(
  parts: { readonly database: Database; readonly vault: Pick<Vault, 'hashes'>; readonly clock: Clock } & BackupSettings,
): RetentionService {
  const { database, vault, clock } = parts;
  return {
    async deleteVerification(caller, id, requestId) {
      const { tenantId, policy } = caller;
      const now = clock.now();
      const term = termOf(policy, 'verification', now, parts);
      return database.inTenant(tenantId, async (trx) => {
        const found = await loadRetained(trx, tenantId, id);
        if (found === undefined) return problem('verification-not-found');
        const decision = decideRetention(found.record, term.period, term.today);
        if (decision.state !== 'deletable') return refusalOf(decision);
        const deed = deedOf(caller, now, requestId);
        const [deleted] = await deleteVerifications(trx, deed, [id], term);
        if (deleted === undefined) {
          // another was faster, and deleted or held it or opened its relation; or the clock of the database is behind
          const left = await loadRetained(trx, tenantId, id);
          if (left === undefined) return problem('verification-not-found');
          const again = decideRetention(left.record, term.period, term.today);
          if (again.state !== 'deletable') return refusalOf(again);
          return { ok: false, code: 'retention-required', deletableFrom: again.since };
        }
        const [row] = await selectDeletions(trx, { tenantId, target: id }, 1);
        return { ok: true, value: describeDeletion(row as DeletionRow) };
      });
    },

    async placeHold(caller, request, options) {
      const { subjectId, verificationId } = request;
      if ((subjectId === undefined) === (verificationId === undefined)) {
        return problem('invalid-request', '', 'must have exactly one of subjectId and verificationId');
      }
      const now = clock.now();
      const deed = deedOf(caller, now, options.requestId);
      const placed = await withHashes(vault.hashes, (hashes) => {
        const keyed = keyedRequest(hashes, caller, 'legal-holds.place', options, now);
        return database.inTenant(caller.tenantId, (trx) => placeHold(trx, deed, request, keyed));
      });
      if ('row' in placed) return { ok: true, value: describeHold(placed.row), replayed: placed.state === 'replayed' };
      if (placed.state === 'key-reused') return problem('idempotency-key-reused');
      return problem(subjectId === undefined ? 'verification-not-found' : 'subject-not-found');
    },

    async liftHold(caller, id, requestId) {
      const deed = deedOf(caller, clock.now(), requestId);
      const row = await database.inTenant(caller.tenantId, (trx) => liftHold(trx, deed, id));
      return row === undefined ? problem('legal-hold-not-found') : { ok: true, value: describeHold(row) };
    },

    async listHolds(caller, { cursor, limit = USUAL_LIMIT }, requestId) {
      const before = cursor === undefined ? undefined : decodeCursor('hld', cursor);
      if (cursor !== undefined && before === undefined) return problem('cursor-invalid');
      const line = lineOf(caller, { at: clock.now(), requestId }, 'legal-hold.list', null);
      return database.inTenant(caller.tenantId, async (trx) => {
        await appendAuditLine(trx, line);
        const rows = await selectHolds(trx, caller.tenantId, before, limit + 1);
        return { ok: true, value: toPage(rows, limit, describeHold) };
      });
    },

    async listDeletions(caller, { cursor, limit = USUAL_LIMIT, target }, requestId) {
      const before = cursor === undefined ? undefined : decodeCursor('del', cursor);
      if (cursor !== undefined && before === undefined) return problem('cursor-invalid');
      const { tenantId } = caller;
      const line = lineOf(caller, { at: clock.now(), requestId }, 'deletion-record.list', null);
      return database.inTenant(tenantId, async (trx) => {
        await appendAuditLine(trx, line);
        const rows = await selectDeletions(trx, { tenantId, target, before }, limit + 1);
        return { ok: true, value: toPage(rows, limit, describeDeletion) };
      });
    },
  };
}

/** Why what is not deletable is not. */
function refusalOf(decision: Exclude<RetentionDecision, { state: 'deletable' }>): Problem {
  if (decision.state === 'held') return problem('legal-hold');
  const deletableFrom = decision.state === 'open' ? null : decision.keepUntil;
  return { ok: false, code: 'retention-required', deletableFrom };
}

function describeDeletion(row: DeletionRow): DeletionRecord {
  return {
    deletionId: row.id,
    kind: row.kind,
    target: row.target,
    count: row.count,
    deletedAt: formatInstant(row.deleted_at.getTime()),
    deletedBy: row.deleted_by,
    why: row.why,
    requestId: row.request_id,
    goneFromBackupsOn: row.gone_on,
  };
}

function describeHold(row: HoldRow): LegalHold {
  return {
    legalHoldId: row.id,
    subjectId: row.subject_id,
    verificationId: row.verification_id,
    reason: row.reason,
    placedAt: formatInstant(row.placed_at.getTime()),
    placedBy: row.placed_by,
    liftedAt: row.lifted_at === null ? null : formatInstant(row.lifted_at.getTime()),
    liftedBy: row.lifted_by,
  };
}
