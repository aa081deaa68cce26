import type { AuditAct } from '../../core/audit/act.ts';
import type { Database } from '../../platform/database/database.ts';
import type { KeyEncryption } from '../../platform/vault/key-encryption.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import type { NewAuditLine } from '../audit/service.ts';

export interface KeyParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly keys: KeyEncryption;
  readonly lineOf: (tenantId: string, act: AuditAct, target: string | null, count: number) => NewAuditLine;
}

/** What was done for one tenant. */
export interface KeyOutcome {
  readonly done: number;
  /** Places that do not open. */
  readonly unreadable: readonly string[];
}
