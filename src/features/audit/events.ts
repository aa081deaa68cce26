import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { isId } from '../../platform/ids.ts';
import { type Problem, problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { appendAuditLine } from './append.ts';
import { type LineOnFile, type LineSelection, selectLines } from './audit-store.ts';
import { lineOf } from './line.ts';
import type { AuditEvent, AuditEventFilters, AuditEventPage } from './wire.ts';

export interface AuditEvents {
  /** The tenant's own lines, newest first, by pages. */
  list(caller: Caller, filters: AuditEventFilters, requestId: string): Promise<ServiceResult<AuditEventPage>>;
  /** All of them as NDJSON, in parts; `cursor` and `limit` mean nothing here. */
  export(caller: Caller, filters: AuditEventFilters, requestId: string): Promise<ServiceResult<AsyncIterable<string>>>;
}

const USUAL_LIMIT = 50;
const EXPORTED_AT_ONCE = 500;

/** Who reads the trail is written down in it. */
export function createAuditEvents({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): AuditEvents {
  async function* exportPages(selection: LineSelection, first: readonly LineOnFile[]): AsyncGenerator<string> {
    for (let page = first; page.length > 0; ) {
      yield page.map((one) => `${JSON.stringify(describeLine(one))}\n`).join('');
      const before = page.at(-1)?.line.id;
      if (page.length < selection.limit) return;
      page = await database.inTenant(selection.tenantId, (trx) => selectLines(trx, { ...selection, before }));
    }
  }

  return {
    async list(caller, filters, requestId) {
      const selection = toSelection(caller.tenantId, filters, (filters.limit ?? USUAL_LIMIT) + 1);
      if ('code' in selection) return selection;
      const line = lineOf(caller, { at: clock.now(), requestId }, 'audit.list', null);
      const rows = await database.inTenant(caller.tenantId, async (trx) => {
        const selected = await selectLines(trx, selection);
        await appendAuditLine(trx, line);
        return selected;
      });
      const page = rows.slice(0, selection.limit - 1);
      const last = page.at(-1);
      const isLast = rows.length < selection.limit || last === undefined;
      return {
        ok: true,
        value: { items: page.map(describeLine), nextCursor: isLast ? null : encodeCursor(last.line.id) },
      };
    },

    async export(caller, { cursor: _cursor, limit: _limit, ...filters }, requestId) {
      const at = clock.now();
      const selection = toSelection(caller.tenantId, filters, EXPORTED_AT_ONCE);
      if ('code' in selection) return selection;
      const line = lineOf(caller, { at, requestId }, 'audit.export', null);
      const first = await database.inTenant(caller.tenantId, async (trx) => {
        const selected = await selectLines(trx, selection);
        await appendAuditLine(trx, line);
        return selected;
      });
      return { ok: true, value: exportPages(selection, first) };
    },
  };
}

function toSelection(tenantId: string, filters: AuditEventFilters, limit: number): LineSelection | Problem {
  const { act, clientId, target, outcome, cursor } = filters;
  const before = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && before === undefined) return problem('cursor-invalid');
  const from = filters.from === undefined ? undefined : new Date(filters.from);
  const to = filters.to === undefined ? undefined : new Date(filters.to);
  for (const [name, date] of Object.entries({ from, to })) {
    if (date !== undefined && Number.isNaN(date.getTime())) {
      return problem('invalid-request', `/${name}`, 'must be an instant that a calendar has');
    }
  }
  const actor = clientId === undefined ? undefined : `client:${clientId}`;
  return { tenantId, from, to, act, actor, target, outcome, before, limit };
}

const encodeCursor = (lineId: string): string => Buffer.from(lineId).toString('base64url');

function decodeCursor(cursor: string): string | undefined {
  const lineId = Buffer.from(cursor, 'base64url').toString();
  return isId('aud', lineId) && encodeCursor(lineId) === cursor ? lineId : undefined;
}

function describeLine({ line, place }: LineOnFile): AuditEvent {
  return {
    auditId: line.id,
    at: formatInstant(line.at),
    actor: line.actor,
    right: line.right,
    act: line.act,
    target: line.target,
    outcome: line.outcome,
    from: line.from,
    requestId: line.requestId,
    count: line.count,
    sealed: place,
  };
}
