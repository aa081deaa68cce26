import type { Database } from '../../platform/database/database.ts';
import { violates } from '../../platform/database/database-error.ts';
import type { ActLine, AppendAct } from './act-line.ts';
import type { Authority } from './authority.ts';
import type { StoredPolicy, TenantPolicy, TenantRole } from './caller.ts';

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly status: 'active' | 'suspended';
  readonly policy: StoredPolicy;
  readonly authority: Authority | null;
  readonly created_at: Date;
}

export interface NewTenant {
  readonly id: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly authority: Authority | undefined;
  readonly policy: TenantPolicy;
  readonly at: Date;
}

export type TenantStore = ReturnType<typeof createTenantStore>;

const COLUMNS = 'id, name, role, status, policy, authority, created_at';

export function createTenantStore(database: Database, append: AppendAct) {
  return {
    /** False when the name is taken. */
    async recordTenant(tenant: NewTenant, line: ActLine): Promise<boolean> {
      try {
        await database.inTenant(tenant.id, async (trx) => {
          const { at, authority, policy, ...columns } = tenant;
          await trx('tenant').insert({
            ...columns,
            authority: authority === undefined ? null : JSON.stringify(authority),
            policy: JSON.stringify(policy),
            created_at: at,
          });
          await append(trx, tenant.id, line);
        });
        return true;
      } catch (error) {
        if (violates(error, 'tenant_name_key')) return false;
        throw error;
      }
    },

    /** Merges the change into the policy; what two change at once is both kept. */
    async recordPolicy(tenantId: string, change: Partial<TenantPolicy>, line: ActLine): Promise<StoredPolicy> {
      return database.inTenant(tenantId, async (trx) => {
        const rows = await trx('tenant')
          .where({ id: tenantId })
          .update({ policy: trx.raw('policy || ?::jsonb', [JSON.stringify(change)]) })
          .returning<{ policy: StoredPolicy }[]>('policy');
        await append(trx, tenantId, line);
        const policy = rows[0]?.policy;
        if (policy === undefined) throw new Error('the tenant vanished while its policy was changed');
        return policy;
      });
    },

    async recordStatus(tenantId: string, status: TenantRow['status'], line: ActLine): Promise<void> {
      await database.inTenant(tenantId, async (trx) => {
        const changed = await trx('tenant').where({ id: tenantId }).whereNot({ status }).update({ status });
        if (changed > 0) await append(trx, tenantId, line);
      });
    },

    async findTenant(name: string): Promise<TenantRow | undefined> {
      const sql = `select ${COLUMNS} from tenant_by_name($1)`;
      return (await database.call<TenantRow>('tenant_by_name', sql, [name]))[0];
    },

    /** By name, those after `after`. */
    async listTenants(after: string, limit: number): Promise<readonly TenantRow[]> {
      const sql = `select ${COLUMNS} from list_tenants($1, $2)`;
      return database.call<TenantRow>('list_tenants', sql, [after, limit]);
    },
  };
}
