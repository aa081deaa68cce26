import type { Database } from '../../platform/database/database.ts';
import type { Scope, StoredPolicy, TenantRole } from './caller.ts';

/** A client with its tenant, as authentication finds it; the key's columns are null where it was found without one. */
export interface FoundClient {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_role: TenantRole;
  readonly tenant_status: 'active' | 'suspended';
  readonly policy: StoredPolicy;
  readonly client_id: string;
  readonly scopes: readonly Scope[];
  readonly certificate_sha256: Buffer | null;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly key_hash: Buffer | null;
  readonly key_ends_at: Date | null;
}

export type AuthenticationStore = ReturnType<typeof createAuthenticationStore>;

export function createAuthenticationStore(database: Database) {
  return {
    async findByKey(keyHash: Buffer): Promise<FoundClient | undefined> {
      const sql = 'select * from client_by_key_hash($1)';
      return (await database.call<FoundClient>('client_by_key_hash', sql, [keyHash]))[0];
    },

    /** A key that is kept under the former key of the hashes is kept under the one that leads from now on. */
    async moveKey(before: Buffer, hash: Buffer, hashEpoch: number): Promise<void> {
      await database.call('move_client_key', 'select move_client_key($1, $2, $3)', [before, hash, hashEpoch]);
    },

    /** The client that an authorization server knows under this id. */
    async findByExternalId(externalId: string): Promise<FoundClient | undefined> {
      const sql = 'select * from client_by_external_id($1)';
      return (await database.call<FoundClient>('client_by_external_id', sql, [externalId]))[0];
    },

    /** When it called last; not written again within a minute. */
    async recordUse(tenantId: string, clientId: string, at: Date): Promise<void> {
      const sql = 'select record_client_use($1, $2, $3)';
      await database.call('record_client_use', sql, [tenantId, clientId, at]);
    },
  };
}
