import type { AuditAct } from '../../core/audit/act.ts';
import type { Caller } from '../tenants/caller.ts';

/** Whose acts those of the deployment itself are: set as the tenant, row-level security admits its lines. */
export const DEPLOYMENT = '00000000-0000-0000-0000-000000000000';

export type AuditActor = `client:${string}` | `operator:${string}` | 'system' | 'unknown';

/** `replayed`: an Idempotency-Key's first answer was shown again. `refused:` and a ProblemCode. */
export type AuditOutcome = 'done' | 'replayed' | `refused:${string}`;

/** An act to be written down, in the transaction in which it happens. Ids and codes: nothing personal. */
export interface NewAuditLine {
  readonly tenantId: string;
  /** Milliseconds. */
  readonly at: number;
  readonly actor: AuditActor;
  /** The scope or role that allowed it, or that it would have needed. */
  readonly right: string | null;
  readonly act: AuditAct;
  /** An id of ours. */
  readonly target: string | null;
  readonly outcome?: AuditOutcome;
  /** Address of the peer. */
  readonly from: string | null;
  readonly requestId: string | null;
  /** Of how many such acts the line tells. */
  readonly count?: number;
}

/** The line of a caller's own act. */
export function lineOf(
  caller: Pick<Caller, 'tenantId' | 'clientId' | 'right' | 'address'>,
  { at, requestId }: { readonly at: number; readonly requestId: string },
  act: AuditAct,
  target: string | null,
  outcome: AuditOutcome = 'done',
): NewAuditLine {
  const { tenantId, clientId, right, address: from } = caller;
  return { tenantId, at, actor: `client:${clientId}`, right, act, target, outcome, from, requestId };
}
