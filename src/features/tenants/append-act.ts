import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { appendAuditLine } from '../audit/service.ts';
import type { ActLine, AdministrativeAct } from './act-line.ts';

const EVENT_TYPES: Readonly<Record<AdministrativeAct, string>> = {
  'tenant.create': 'tenant.created',
  'tenant.policy-change': 'tenant.policy-changed',
  'tenant.suspend': 'tenant.suspended',
  'tenant.resume': 'tenant.resumed',
  'client.create': 'client.created',
  'client.change': 'client.changed',
  'client.revoke': 'client.revoked',
  'client.rotate-key': 'client.key-rotated',
};

/** The act as an event of the tenant that it was done to, and as a line of its audit trail. */
export async function appendAct(trx: Transaction, tenantId: string, line: ActLine): Promise<void> {
  if (line.replayed !== true) {
    await trx('event').insert({
      tenant_id: tenantId,
      id: newId('evt', line.at.getTime()),
      type: EVENT_TYPES[line.act],
      occurred_at: line.at,
      client_id: line.act.startsWith('client.') ? line.target : null,
      request_id: line.actor.requestId,
    });
  }
  const { kind, name, right, address: from, requestId } = line.actor;
  const actor = kind === 'system' ? kind : (`${kind}:${name}` as const);
  const { act, target } = line;
  const outcome = line.replayed === true ? 'replayed' : 'done';
  const at = line.at.getTime();
  await appendAuditLine(trx, { tenantId, at, actor, right, act, target, outcome, from, requestId });
}
