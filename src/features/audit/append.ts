import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { NewAuditLine } from './line.ts';

const COLUMNS = 'tenant_id, id, at, actor, allowed_by, act, target, outcome, from_address, request_id, count';

/** Writes the line in the transaction of its act, whose tenant is set; gives the line's id. */
export async function appendAuditLine(trx: Transaction, line: NewAuditLine): Promise<string> {
  const [id] = await appendAuditLines(trx, [line]);
  return id as string;
}

/** A statement takes at most 65 535 values. */
const LINES_PER_STATEMENT = 1_000;

/** Lines of one tenant; gives their ids. */
export async function appendAuditLines(trx: Transaction, lines: readonly NewAuditLine[]): Promise<string[]> {
  const ids = lines.map(({ at }) => newId('aud', at));
  for (let start = 0; start < lines.length; start += LINES_PER_STATEMENT) {
    const part = lines.slice(start, start + LINES_PER_STATEMENT);
    const places = part.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
    const values = part.flatMap((line, n) => [
      ...[line.tenantId, ids[start + n] as string, new Date(line.at), line.actor, line.right, line.act, line.target],
      ...[line.outcome ?? 'done', line.from, line.requestId, line.count ?? 1],
    ]);
    await trx.raw(`insert into audit_unsealed (${COLUMNS}) values ${places}`, values as never);
  }
  return ids;
}
