import { addDays, beginningOf, type CalendarDate } from '../../core/retention/calendar.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { firstIdAt } from '../../platform/ids.ts';

/**
 * Replicas at one tenant take turns, batch by batch. None gives up because another is at it: that one may be at something
 * else, and both would stop with work left.
 */
export async function awaitTurn(trx: Transaction, tenantId: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('retention-run/' || ?, 0))`, [tenantId]);
}

/** As joins, where is_held would be asked row by row: of a whole tenant on hold, nothing is due and every row is looked at. */
const notHeld = (column: 'subject_id' | 'verification_id', id: string) =>
  `not exists (select from legal_hold h where h.tenant_id = :tenantId and h.lifted_at is null and h.${column} = ${id})`;

/** Verifications whose term is over: the subject's, whose relation ended; and those that did not pass, of nobody. */
const DUE_VERIFICATIONS = `
  select v.id from subject s join verification v on v.tenant_id = s.tenant_id and v.subject_id = s.id
  where s.tenant_id = :tenantId and s.relation_ended_on <= :cutoff
    and (v.verified_at at time zone 'Asia/Tokyo')::date <= :cutoff
    and ${notHeld('subject_id', 's.id')} and ${notHeld('verification_id', 'v.id')}
  union all
  select v.id from verification v
  where v.tenant_id = :tenantId and v.indication <> 'TOTAL-PASSED' and v.subject_id is null and v.id < :before
    and ${notHeld('verification_id', 'v.id')}
`;

/** Subjects whose term is over and of which no verification is left. */
const DUE_SUBJECTS = `
  select s.id from subject s
  where s.tenant_id = :tenantId and s.relation_ended_on <= :cutoff and ${notHeld('subject_id', 's.id')}
    and not exists (select from verification v where v.tenant_id = s.tenant_id and v.subject_id = s.id)
`;

export type Due = 'verifications' | 'subjects';
const QUERIES: Readonly<Record<Due, string>> = { verifications: DUE_VERIFICATIONS, subjects: DUE_SUBJECTS };

const valuesOf = (tenantId: string, cutoff: CalendarDate) => ({
  tenantId,
  cutoff,
  before: firstIdAt('ver', beginningOf(addDays(cutoff, 1))),
});

export async function selectDue(
  trx: Transaction,
  due: Due,
  of: { readonly tenantId: string; readonly cutoff: CalendarDate; readonly limit: number },
): Promise<string[]> {
  const values = { ...valuesOf(of.tenantId, of.cutoff), limit: of.limit };
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(`${QUERIES[due]} limit :limit`, values);
  return rows.map(({ id }) => id);
}

export async function countDue(trx: Transaction, due: Due, tenantId: string, cutoff: CalendarDate): Promise<number> {
  const sql = `select count(*)::integer as count from (${QUERIES[due]}) due`;
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(sql, valuesOf(tenantId, cutoff));
  return rows[0]?.count ?? 0;
}

/** What audit_prune would take: sealed lines from before, none of the last 365 days, none that tell of a pruning. */
const PRUNABLE = `
  select count(*)::integer as count
  from audit_line l join audit_seal s on s.batch = l.batch,
    (select least(:now, now()) - interval '365 days' as at) floor
  where l.tenant_id = :tenantId and l.act <> 'audit.prune' and l.at < least(:before, floor.at) and s.sealed_at < floor.at
`;

export async function countPrunable(
  trx: Transaction,
  of: { readonly tenantId: string; readonly before: Date; readonly now: Date },
): Promise<number> {
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(PRUNABLE, of as never);
  return rows[0]?.count ?? 0;
}
