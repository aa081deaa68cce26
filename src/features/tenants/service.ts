import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { RotatingHashes } from '../../platform/vault/vault.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Actor, AdministrativeAct } from './act-line.ts';
import { appendAct } from './append-act.ts';
import { type Authentication, createAuthentication } from './authentication.ts';
import { createAuthenticationStore } from './authentication-store.ts';
import { createClientStore } from './client-store.ts';
import { type ClientService, createClientService } from './clients.ts';
import { defaultPolicy } from './policy.ts';
import { readPolicyChange } from './policy-change.ts';
import { createTenantStore, type TenantRow } from './tenant-store.ts';
import { pageOf, toTenantView } from './views.ts';
import type { CreateTenant, Page, TenantView } from './wire.ts';

export { retentionOf } from './policy.ts';
export { WITHOUT_EFFECT } from './policy-change.ts';

export interface TenantServiceDependencies {
  readonly database: Database;
  readonly hashes: RotatingHashes;
  readonly clock: Clock;
  /** Decides the defaults of a new tenant. */
  readonly mode: 'sandbox' | 'production';
}

export interface TenantService extends Authentication {
  createTenant(actor: Actor, request: CreateTenant): Promise<ServiceResult<TenantView>>;
  readTenant(name: string): Promise<ServiceResult<TenantView>>;
  /** By name. */
  listTenants(cursor: string | undefined, limit: number): Promise<Page<TenantView>>;
  /** Assignments as `challengeRequired=false`; all or none take effect. */
  setPolicy(actor: Actor, name: string, assignments: readonly string[]): Promise<ServiceResult<TenantView>>;
  /** Of a suspended tenant nobody may call. */
  setStatus(actor: Actor, name: string, status: TenantRow['status']): Promise<ServiceResult<TenantView>>;
  readonly clients: ClientService;
}

const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function createTenantService(dependencies: TenantServiceDependencies): TenantService {
  const { database, hashes, clock, mode } = dependencies;
  const store = createTenantStore(database, appendAct);
  const defaults = defaultPolicy(mode);
  const lineOf = (actor: Actor, act: AdministrativeAct, target: string) => ({
    ...{ actor, act, target },
    at: new Date(clock.now()),
  });

  return {
    ...createAuthentication({ store: createAuthenticationStore(database), hashes, clock, mode }),
    clients: createClientService({
      store: createClientStore(database, appendAct),
      tenantIdOf: async (name) => (await store.findTenant(name))?.id,
      hashes,
      clock,
    }),

    async createTenant(actor, { name, role = 'verifier', authority }) {
      if (!TENANT_NAME.test(name)) {
        const sentence = 'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen';
        return problem('invalid-request', '/name', `A tenant's name ${sentence}.`);
      }
      const at = new Date(clock.now());
      const tenant = { id: randomUUID(), name, role, authority, policy: defaults, at };
      const recorded = await store.recordTenant(tenant, lineOf(actor, 'tenant.create', tenant.id));
      if (!recorded) return problem('tenant-exists', '/name', `There is a tenant "${name}" already.`);
      const policy = { ...defaults, version: 1 };
      const row = { ...tenant, policy, authority: authority ?? null, status: 'active' as const, created_at: at };
      return { ok: true, value: toTenantView(row, defaults) };
    },

    async readTenant(name) {
      const row = await store.findTenant(name);
      return row === undefined ? noTenant(name) : { ok: true, value: toTenantView(row, defaults) };
    },

    async listTenants(cursor, limit) {
      const rows = await store.listTenants(cursor ?? '', limit + 1);
      return pageOf(
        rows,
        limit,
        (row) => toTenantView(row, defaults),
        (row) => row.name,
      );
    },

    async setPolicy(actor, name, assignments) {
      const read = readPolicyChange(assignments);
      if (!read.ok) {
        const errors = read.problems.map(({ key, sentence }) => ({ pointer: `/${key}`, message: sentence }));
        return { ok: false, code: 'invalid-request', errors };
      }
      const tenant = await store.findTenant(name);
      if (tenant === undefined) return noTenant(name);
      const line = lineOf(actor, 'tenant.policy-change', tenant.id);
      const policy = await store.recordPolicy(tenant.id, read.change, line);
      return { ok: true, value: toTenantView({ ...tenant, policy }, defaults) };
    },

    async setStatus(actor, name, status) {
      const tenant = await store.findTenant(name);
      if (tenant === undefined) return noTenant(name);
      const act = status === 'active' ? 'tenant.resume' : 'tenant.suspend';
      await store.recordStatus(tenant.id, status, lineOf(actor, act, tenant.id));
      return { ok: true, value: toTenantView({ ...tenant, status }, defaults) };
    },
  };
}

function noTenant(name: string) {
  return problem('tenant-not-found', '/tenant', `There is no tenant "${name}".`);
}
