import { dayInJapan } from '../../core/retention/calendar.ts';
import type { RetainedRecord } from '../../core/retention/decide.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Deed } from './deed.ts';
import { appendDeeds } from './event-store.ts';
import type { Term } from './term.ts';
import type { DeletionRecord } from './wire.ts';

/** A verification as retention looks at it. */
export interface RetainedVerification {
  readonly id: string;
  readonly subjectId: string | null;
  readonly record: RetainedRecord;
}

interface RetainedRow {
  readonly id: string;
  readonly verified_at: Date;
  readonly indication: string;
  readonly subject_id: string | null;
  readonly ended_on: string | null;
  readonly held: boolean;
}

const SELECT = `
  select v.id, v.verified_at, v.indication, s.id as subject_id, s.relation_ended_on::text as ended_on,
    is_held(v.tenant_id, v.subject_id, v.id) as held
  from verification v left join subject s on s.tenant_id = v.tenant_id and s.id = v.subject_id
`;

export async function loadRetained(trx: Transaction, tenantId: string, id: string) {
  const { rows } = await trx.raw<{ rows: RetainedRow[] }>(`${SELECT} where v.tenant_id = ? and v.id = ?`, [
    tenantId,
    id,
  ]);
  return rows[0] && toRetained(rows[0]);
}

/** Of a subject, in the order of ids, those after `after`. */
export async function selectRetained(
  trx: Transaction,
  of: { readonly tenantId: string; readonly subjectId: string; readonly after: string; readonly limit: number },
): Promise<RetainedVerification[]> {
  const sql = `${SELECT} where v.tenant_id = ? and v.subject_id = ? and v.id > ? order by v.id limit ?`;
  const { rows } = await trx.raw<{ rows: RetainedRow[] }>(sql, [of.tenantId, of.subjectId, of.after, of.limit]);
  return rows.map(toRetained);
}

function toRetained({ id, verified_at, indication, subject_id, ended_on, held }: RetainedRow): RetainedVerification {
  const recordedOn = dayInJapan(verified_at.getTime());
  const ofNobody = indication === 'TOTAL-PASSED' ? ('unknown' as const) : { endedOn: recordedOn };
  const ofSubject = ended_on === null ? ('open' as const) : { endedOn: ended_on };
  const relation = subject_id === null ? ofNobody : ofSubject;
  return { id, subjectId: subject_id, record: { kind: 'verification', recordedOn, relation, held } };
}

/** Those of them that may go, with their evidence; gives their ids. */
export async function deleteVerifications(
  trx: Transaction,
  deed: Deed,
  ids: readonly string[],
  term: Term,
): Promise<readonly string[]> {
  const records = ids.map(() => newId('del', deed.at));
  const sql = 'select delete_verifications(?, ?, ?, ?, ?, ?, ?, ?, ?) as ids';
  const values = [ids, records, ...valuesOf(deed, term)] as never;
  const { rows } = await trx.raw<{ rows: { ids: string[] }[] }>(sql, values);
  const deleted = rows[0]?.ids ?? [];
  const targets = deleted.map((id) => ({ id, verificationId: id }));
  await appendDeeds(trx, deed, 'verification.delete', 'verification.deleted', targets);
  return deleted;
}

export async function deleteSubject(
  trx: Transaction,
  deed: Deed,
  id: string,
  term: Term,
): Promise<'deleted' | 'reduced' | 'kept'> {
  const sql = 'select delete_subject(?, ?, ?, ?, ?, ?, ?, ?, ?) as outcome';
  const values = [id, newId('del', deed.at), ...valuesOf(deed, term)] as never;
  const { rows } = await trx.raw<{ rows: { outcome: 'deleted' | 'reduced' | 'kept' }[] }>(sql, values);
  const outcome = rows[0]?.outcome ?? 'kept';
  if (outcome !== 'kept') {
    await appendDeeds(trx, deed, 'subject.delete', `subject.${outcome}`, [{ id, subjectId: id }]);
  }
  return outcome;
}

const valuesOf = ({ at, by, why, requestId }: Deed, { periodText, cutoff, goneFromBackupsOn }: Term) => [
  ...[periodText, cutoff, new Date(at), by, why, requestId, goneFromBackupsOn],
];

export interface DeletionRow {
  readonly id: string;
  readonly kind: DeletionRecord['kind'];
  readonly target: string;
  readonly count: number;
  readonly deleted_at: Date;
  readonly deleted_by: string;
  readonly why: 'request' | 'retention';
  readonly request_id: string | null;
  readonly gone_on: string;
}

/** Newest first, those before `before`. */
export async function selectDeletions(
  trx: Transaction,
  of: { readonly tenantId: string; readonly target?: string | undefined; readonly before?: string | undefined },
  limit: number,
): Promise<DeletionRow[]> {
  const query = trx('deletion_record').where({ tenant_id: of.tenantId });
  if (of.target !== undefined) query.where({ target: of.target });
  if (of.before !== undefined) query.where('id', '<', of.before);
  return query
    .orderBy('id', 'desc')
    .limit(limit)
    .select('id', 'kind', 'target', 'count', 'deleted_at', 'deleted_by', 'why', 'request_id')
    .select(trx.raw('gone_from_backups_on::text as gone_on'));
}
