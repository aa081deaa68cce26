import { addDays, beginningOf, type CalendarDate } from '../../core/retention/calendar.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { firstIdAt } from '../../platform/ids.ts';

/** False when another replica is at this tenant. */
export async function claimRun(trx: Transaction, tenantId: string): Promise<boolean> {
  const sql = `select pg_try_advisory_xact_lock(hashtextextended('retention-run/' || ?, 0)) as claimed`;
  const { rows } = await trx.raw<{ rows: { claimed: boolean }[] }>(sql, [tenantId]);
  return rows[0]?.claimed === true;
}

/** Verifications whose term is over: the subject's, whose relation ended; and those that did not pass, of nobody. */
const DUE_VERIFICATIONS = `
  select v.id from subject s join verification v on v.tenant_id = s.tenant_id and v.subject_id = s.id
  where s.tenant_id = :tenantId and s.relation_ended_on <= :cutoff
    and (v.verified_at at time zone 'Asia/Tokyo')::date <= :cutoff and not is_held(s.tenant_id, s.id, v.id)
  union all
  select v.id from verification v
  where v.tenant_id = :tenantId and v.indication <> 'TOTAL-PASSED' and v.subject_id is null and v.id < :before
    and not is_held(v.tenant_id, null, v.id)
`;

/** Subjects whose term is over and of which no verification is left. */
const DUE_SUBJECTS = `
  select s.id from subject s
  where s.tenant_id = :tenantId and s.relation_ended_on <= :cutoff and not is_held(s.tenant_id, s.id, null)
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
