import type { Transaction } from '../../platform/database/database.ts';

export interface SubjectRow {
  readonly id: string;
  readonly created_at: Date;
  readonly ended_on: string | null;
  readonly reduced_at: Date | null;
  readonly held: boolean;
  /** Of the last verification. */
  readonly last_verified_at: Date | null;
}

const SELECT = `
  select s.id, s.created_at, s.relation_ended_on::text as ended_on, s.reduced_at, is_held(s.tenant_id, s.id, null) as held,
    (select v.verified_at from verification v where v.tenant_id = s.tenant_id and v.subject_id = s.id
     order by v.id desc limit 1) as last_verified_at
  from subject s
`;

export async function loadSubject(trx: Transaction, tenantId: string, id: string): Promise<SubjectRow | undefined> {
  const { rows } = await trx.raw<{ rows: SubjectRow[] }>(`${SELECT} where s.tenant_id = ? and s.id = ?`, [
    tenantId,
    id,
  ]);
  return rows[0];
}

/** Newest first, those before `before`. */
export async function selectSubjects(
  trx: Transaction,
  tenantId: string,
  before: string | undefined,
  limit: number,
): Promise<SubjectRow[]> {
  const earlier = before === undefined ? '' : 'and s.id < ?';
  const values = [tenantId, ...(before === undefined ? [] : [before]), limit];
  const sql = `${SELECT} where s.tenant_id = ? ${earlier} order by s.id desc limit ?`;
  return (await trx.raw<{ rows: SubjectRow[] }>(sql, values)).rows;
}

export async function recordRelation(
  trx: Transaction,
  tenantId: string,
  id: string,
  endedOn: string | null,
): Promise<void> {
  await trx('subject').where({ tenant_id: tenantId, id }).update({ relation_ended_on: endedOn });
}
