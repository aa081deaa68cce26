import type { AuditAct } from '../../core/audit/act.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { KeyEncryption } from '../../platform/vault/key-encryption.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import type { NewAuditLine } from '../audit/service.ts';

export interface KeyParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly keys: KeyEncryption;
  readonly clock: Clock;
  readonly lineOf: (tenantId: string, act: AuditAct, target: string | null, count: number) => NewAuditLine;
  /** Called in the transaction of each batch: counts what it did, and undoes it where another worker goes on. */
  readonly advance: (trx: Transaction, count: number) => Promise<void>;
  /** Asked between batches. */
  readonly isStopping: () => boolean;
}

/** It was told to stop, after a batch: what is done is done, the rest is for the next. */
export class Stopped extends Error {
  constructor() {
    super('stopped after a batch');
    this.name = 'Stopped';
  }
}
