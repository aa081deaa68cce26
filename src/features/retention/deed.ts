import type { Instant } from '../../core/instant.ts';
import type { AuditActor, NewAuditLine } from '../audit/service.ts';
import type { Caller } from '../tenants/caller.ts';

/** Who deletes, holds or tells an end, when and from where. */
export interface Deed {
  readonly tenantId: string;
  readonly at: Instant;
  readonly by: AuditActor;
  readonly right: string | null;
  readonly from: string | null;
  readonly requestId: string | null;
  /** On somebody's word, or because the term is over. */
  readonly why: 'request' | 'retention';
}

export function deedOf(caller: Caller, at: Instant, requestId: string): Deed {
  const { tenantId, clientId, right, address } = caller;
  return { tenantId, at, by: `client:${clientId}`, right, from: address, requestId, why: 'request' };
}

export function lineOfDeed(deed: Deed, act: NewAuditLine['act'], target: string | null): NewAuditLine {
  const { tenantId, at, by, right, from, requestId } = deed;
  return { tenantId, at, actor: by, right, act, target, from, requestId };
}
