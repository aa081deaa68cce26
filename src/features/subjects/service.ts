import type { Instant } from '../../core/instant.ts';
import { dayInJapan, firstDayAfter, isCalendarDate } from '../../core/retention/calendar.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { appendAuditLine, lineOf } from '../audit/service.ts';
import {
  appendDeeds,
  type BackupSettings,
  decodeCursor,
  deedOf,
  lockRetention,
  type Term,
  termOf,
  toPage,
  USUAL_LIMIT,
} from '../retention/service.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { deleteAsFarAsMayBe } from './delete-subject.ts';
import { loadSubject, recordRelation, type SubjectRow, selectSubjects } from './store.ts';
import type { RelationRequest, Subject, SubjectDeletion } from './wire.ts';

export interface SubjectPage {
  readonly items: readonly Subject[];
  readonly nextCursor: string | null;
}

export interface SubjectService {
  list(
    caller: Caller,
    page: { readonly cursor?: string; readonly limit?: number },
    requestId: string,
  ): Promise<ServiceResult<SubjectPage>>;
  read(caller: Caller, id: string, requestId: string): Promise<ServiceResult<Subject>>;
  /** The term of all that is the subject's begins with that day, or ends its counting. */
  endRelation(caller: Caller, id: string, request: RelationRequest, requestId: string): Promise<ServiceResult<Subject>>;
  delete(caller: Caller, id: string, requestId: string): Promise<ServiceResult<SubjectDeletion>>;
}

export function createSubjectService(
  parts: { readonly database: Database; readonly clock: Clock } & BackupSettings,
): SubjectService {
  const { database, clock } = parts;
  return {
    async list(caller, { cursor, limit = USUAL_LIMIT }, requestId) {
      const before = cursor === undefined ? undefined : decodeCursor('sub', cursor);
      if (cursor !== undefined && before === undefined) return problem('cursor-invalid');
      const at = clock.now();
      const term = termOf(caller.policy, 'verification', at, parts);
      return database.inTenant(caller.tenantId, async (trx) => {
        await appendAuditLine(trx, lineOf(caller, { at, requestId }, 'subject.list', null));
        const rows = await selectSubjects(trx, caller.tenantId, before, limit + 1);
        return { ok: true, value: toPage(rows, limit, (row) => describe(row, term)) };
      });
    },

    async read(caller, id, requestId) {
      const at = clock.now();
      return database.inTenant(caller.tenantId, async (trx) => {
        const row = await loadSubject(trx, caller.tenantId, id);
        if (row === undefined) return problem('subject-not-found');
        await appendAuditLine(trx, lineOf(caller, { at, requestId }, 'subject.read', id));
        return { ok: true, value: describe(row, termOf(caller.policy, 'verification', at, parts)) };
      });
    },

    async endRelation(caller, id, { endedOn }, requestId) {
      const { tenantId } = caller;
      const at = clock.now();
      const mistake = endedOn === null ? undefined : mistakeIn(endedOn, at);
      if (mistake !== undefined) return problem('invalid-request', '/endedOn', mistake);
      return database.inTenant(tenantId, async (trx) => {
        await lockRetention(trx, tenantId);
        const row = await loadSubject(trx, tenantId, id);
        if (row === undefined) return problem('subject-not-found');
        if (row.ended_on !== endedOn) {
          await recordRelation(trx, tenantId, id, endedOn);
          const deed = deedOf(caller, at, requestId);
          await appendDeeds(trx, deed, 'subject.relation', 'subject.relation-changed', [{ id, subjectId: id }]);
        }
        return {
          ok: true,
          value: describe({ ...row, ended_on: endedOn }, termOf(caller.policy, 'verification', at, parts)),
        };
      });
    },

    async delete(caller, id, requestId) {
      const at = clock.now();
      const term = termOf(caller.policy, 'verification', at, parts);
      return database.inTenant(caller.tenantId, (trx) =>
        deleteAsFarAsMayBe(trx, deedOf(caller, at, requestId), id, term),
      );
    },
  };
}

function mistakeIn(endedOn: string, now: Instant): string | undefined {
  if (!isCalendarDate(endedOn)) return 'must be a day that a calendar has, since 1900';
  return endedOn > dayInJapan(now) ? 'must not be after today in Japan' : undefined;
}

function describe(row: SubjectRow, { period }: Term): Subject {
  const { ended_on: endedOn, last_verified_at: last } = row;
  // 規則21条: a verification after the end that was told begins the term anew
  const begins = [endedOn ?? '', last === null ? '' : dayInJapan(last.getTime())].sort().at(-1) as string;
  return {
    subjectId: row.id,
    createdAt: formatInstant(row.created_at.getTime()),
    relation: { endedOn },
    retention: {
      deletableFrom: endedOn === null ? null : firstDayAfter(begins, period),
      onLegalHold: row.held,
    },
    reducedAt: row.reduced_at === null ? null : formatInstant(row.reduced_at.getTime()),
  };
}
