import type { Transaction } from '../../platform/database/database.ts';

/** Who acts on tenants and clients: a client of ours, or the operator at the command line. */
export interface Actor {
  readonly kind: 'client' | 'operator' | 'system';
  /** A client's id, or the name of the operator's account on the machine. */
  readonly name: string;
  readonly right: string;
  readonly address: string | null;
  readonly requestId: string | null;
}

export type AdministrativeAct =
  | 'tenant.create'
  | 'tenant.policy-change'
  | 'tenant.suspend'
  | 'tenant.resume'
  | 'client.create'
  | 'client.change'
  | 'client.revoke'
  | 'client.rotate-key';

/** One act on a tenant, to be recorded in its own transaction. */
export interface ActLine {
  readonly act: AdministrativeAct;
  readonly at: Date;
  readonly actor: Actor;
  /** Id of what it was done to: the tenant's or the client's. */
  readonly target: string;
  /** It was done before, under the same Idempotency-Key: nothing happened. */
  readonly replayed?: true;
}

/** Records the act in the transaction that does it. */
export type AppendAct = (trx: Transaction, tenantId: string, line: ActLine) => Promise<void>;
