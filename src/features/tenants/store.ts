import type { Database } from '../../platform/database/database.ts';
import { violates } from '../../platform/database/database-error.ts';
import type { Scope, TenantPolicy, TenantRole } from './caller.ts';

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly status: 'active' | 'suspended';
  readonly policy: TenantPolicy;
}

/** A client with its tenant, as authentication finds it. */
export interface ClientRow {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_role: TenantRole;
  readonly tenant_status: 'active' | 'suspended';
  readonly policy: TenantPolicy;
  readonly client_id: string;
  readonly key_hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

export interface NewTenant {
  readonly id: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly authority: unknown;
  readonly policy: TenantPolicy;
  readonly at: Date;
}

export interface NewClient {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string | null;
  readonly keyHash: Buffer;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly at: Date;
}

export interface EventLine {
  readonly id: string;
  readonly type: string;
  readonly clientId?: string;
}

export type TenantStore = ReturnType<typeof createTenantStore>;

export function createTenantStore(database: Database) {
  return {
    /** False when the name is taken. */
    async recordTenant(tenant: NewTenant, event: EventLine): Promise<boolean> {
      try {
        await database.inTenant(tenant.id, async (trx) => {
          const { at, authority, policy, ...columns } = tenant;
          await trx('tenant').insert({
            ...columns,
            authority: authority === undefined ? null : JSON.stringify(authority),
            policy: JSON.stringify(policy),
            created_at: at,
          });
          await trx('event').insert({ tenant_id: tenant.id, id: event.id, type: event.type, occurred_at: at });
        });
        return true;
      } catch (error) {
        if (violates(error, 'tenant_name_key')) return false;
        throw error;
      }
    },

    async recordClient(client: NewClient, event: EventLine): Promise<void> {
      await database.inTenant(client.tenantId, async (trx) => {
        await trx('client').insert({
          tenant_id: client.tenantId,
          id: client.id,
          name: client.name,
          key_hash: client.keyHash,
          scopes: client.scopes,
          created_at: client.at,
          expires_at: client.expiresAt,
        });
        await trx('event').insert({
          tenant_id: client.tenantId,
          id: event.id,
          type: event.type,
          occurred_at: client.at,
          client_id: client.id,
        });
      });
    },

    /** Merges the change into the policy; what two change at once is both kept. */
    async recordPolicy(
      tenantId: string,
      change: Partial<TenantPolicy>,
      event: EventLine & { readonly at: Date },
    ): Promise<TenantPolicy> {
      return database.inTenant(tenantId, async (trx) => {
        const rows = await trx('tenant')
          .where({ id: tenantId })
          .update({ policy: trx.raw('policy || ?::jsonb', [JSON.stringify(change)]) })
          .returning<{ policy: TenantPolicy }[]>('policy');
        await trx('event').insert({ tenant_id: tenantId, id: event.id, type: event.type, occurred_at: event.at });
        const policy = rows[0]?.policy;
        if (policy === undefined) throw new Error('the tenant vanished while its policy was changed');
        return policy;
      });
    },

    async findTenant(name: string): Promise<TenantRow | undefined> {
      const sql = 'select id, name, role, status, policy from tenant_by_name($1)';
      return (await database.call<TenantRow>('tenant_by_name', sql, [name]))[0];
    },

    async findClient(keyHash: Buffer): Promise<ClientRow | undefined> {
      const sql = 'select * from client_by_key_hash($1)';
      return (await database.call<ClientRow>('client_by_key_hash', sql, [keyHash]))[0];
    },
  };
}
