import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { appendAuditLines } from '../audit/service.ts';
import { type Deed, lineOfDeed } from './deed.ts';

export type RetentionEvent =
  | 'legal-hold.lifted'
  | 'legal-hold.placed'
  | 'subject.deleted'
  | 'subject.reduced'
  | 'subject.relation-changed'
  | 'verification.deleted';

/** On whom: ids, as far as there are any. */
interface EventTarget {
  readonly subjectId?: string | null;
  readonly verificationId?: string | null;
}

type Act = Parameters<typeof lineOfDeed>[1];

/** Tells what was done, to the feed and to the trail, in the transaction that does it. */
export async function appendDeeds(
  trx: Transaction,
  deed: Deed,
  act: Act,
  type: RetentionEvent,
  targets: readonly (EventTarget & { readonly id: string })[],
): Promise<void> {
  if (targets.length === 0) return;
  await trx('event').insert(
    targets.map(({ subjectId = null, verificationId = null }) => ({
      tenant_id: deed.tenantId,
      id: newId('evt', deed.at),
      type,
      occurred_at: new Date(deed.at),
      client_id: deed.by.startsWith('client:') ? deed.by.slice('client:'.length) : null,
      request_id: deed.requestId,
      subject_id: subjectId,
      verification_id: verificationId,
    })),
  );
  await appendAuditLines(
    trx,
    targets.map(({ id }) => lineOfDeed(deed, act, id)),
  );
}
