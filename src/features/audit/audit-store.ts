import type { AuditLine } from '../../core/audit/audit-line.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { firstIdAt } from '../../platform/ids.ts';
import { DEPLOYMENT } from './line.ts';

/** A line with its place in the trail; null while it waits to be sealed. */
export interface LineOnFile {
  readonly line: AuditLine;
  readonly place: { readonly batch: number; readonly position: number } | null;
}

export interface LineSelection {
  readonly tenantId: string;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly act?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  /** Exactly, or `refused` for every refusal. */
  readonly outcome?: string | undefined;
  /** Lines before this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

interface LineRow {
  readonly batch: string | null;
  readonly position: number | null;
  readonly id: string;
  readonly tenant_id: string;
  readonly at: Date;
  readonly actor: string;
  readonly allowed_by: string | null;
  readonly act: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly from_address: string | null;
  readonly request_id: string | null;
  readonly count: number;
  readonly salt: string;
}

const COLUMNS = 'id, tenant_id, at, actor, allowed_by, act, target, outcome, from_address, request_id, count, salt';

/** Newest first. Ids sort by the time of their act; a line stands in one of the two tables, in any view of them. */
export async function selectLines(trx: Transaction, selection: LineSelection): Promise<LineOnFile[]> {
  const { condition, values } = conditionOf(selection);
  const sql = `
    select batch, position, ${COLUMNS} from audit_line where ${condition}
    union all
    select null, null, ${COLUMNS} from audit_unsealed where ${condition}
    order by id desc limit ?`;
  const { rows } = await trx.raw<{ rows: LineRow[] }>(sql, [...values, ...values, selection.limit] as never);
  return rows.map(toLine);
}

function conditionOf(selection: LineSelection): { condition: string; values: unknown[] } {
  const { from, to, before, outcome } = selection;
  const terms: [string, unknown][] = [['tenant_id = ?', selection.tenantId]];
  if (from !== undefined) terms.push(['id >= ?', firstIdAt('aud', from.getTime())]);
  if (to !== undefined) terms.push(['id < ?', firstIdAt('aud', to.getTime())]);
  if (before !== undefined) terms.push(['id < ?', before]);
  if (selection.act !== undefined) terms.push(['act = ?', selection.act]);
  if (selection.actor !== undefined) terms.push(['actor = ?', selection.actor]);
  if (selection.target !== undefined) terms.push(['target = ?', selection.target]);
  if (outcome !== undefined)
    terms.push(outcome === 'refused' ? ['outcome like ?', 'refused:%'] : ['outcome = ?', outcome]);
  return { condition: terms.map(([term]) => term).join(' and '), values: terms.map(([, value]) => value) };
}

/** Lines by their ids, of these tenants. */
export async function loadLines(
  trx: Transaction,
  tenantIds: readonly string[],
  ids: readonly string[],
): Promise<LineOnFile[]> {
  const condition = 'tenant_id = any (?) and id = any (?)';
  const sql = `select batch, position, ${COLUMNS} from audit_line where ${condition}
    union all select null, null, ${COLUMNS} from audit_unsealed where ${condition} order by id`;
  const values = [[...tenantIds], [...ids], [...tenantIds], [...ids]];
  const { rows } = await trx.raw<{ rows: LineRow[] }>(sql, values as never);
  return rows.map(toLine);
}

/** Ids of the sealed lines that tell of a package's manifest, whosever it is; for the owner of the database. */
export async function loadManifestLines(trx: Transaction, manifestSha256: string): Promise<string[]> {
  const rows = await trx('audit_line')
    .where({ act: 'evidence.manifest', target: manifestSha256 })
    .orderBy(['batch', 'position'])
    .limit(MOST_OF_A_MANIFEST)
    .select<{ id: string }[]>('id');
  return rows.map(({ id }) => id);
}

/** A package is given out as often as somebody asks: the first times are what counts. */
const MOST_OF_A_MANIFEST = 16;

/** For the owner of the database: every tenant, and the deployment itself. */
export async function loadTenantIds(trx: Transaction): Promise<string[]> {
  const rows = await trx('tenant').select<{ id: string }[]>('id');
  return [DEPLOYMENT, ...rows.map(({ id }) => id)];
}

export async function mayReadAll(knex: Database['knex']): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { owns: boolean }[] }>(
    `select pg_has_role(current_user, relowner, 'usage') as owns from pg_class where oid = 'audit_line'::regclass`,
  );
  return rows[0]?.owns === true;
}

export async function loadLeaves(trx: Transaction, batches: readonly number[]): Promise<Map<number, Buffer>> {
  const rows = await trx('audit_batch')
    .whereIn('batch', [...batches])
    .select<{ batch: string; leaves: Buffer }[]>('batch', 'leaves');
  return new Map(rows.map(({ batch, leaves }) => [Number(batch), leaves]));
}

function toLine(row: LineRow): LineOnFile {
  return {
    line: {
      ...{ id: row.id, tenantId: row.tenant_id, at: row.at.getTime(), actor: row.actor, right: row.allowed_by },
      ...{ act: row.act, target: row.target, outcome: row.outcome, from: row.from_address },
      ...{ requestId: row.request_id, count: row.count },
      salt: Buffer.from(row.salt.replaceAll('-', ''), 'hex'),
    },
    place: row.batch === null ? null : { batch: Number(row.batch), position: row.position as number },
  };
}
