import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { KeyedHashes } from '../../platform/vault/vault.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Authority } from './authority.ts';
import type { Caller, Scope, TenantPolicy, TenantRole } from './caller.ts';
import { defaultPolicy, readPolicyChange } from './policy.ts';
import { createRecentCallers } from './recent-callers.ts';
import { type ClientRow, createTenantStore } from './store.ts';

export interface TenantServiceDependencies {
  readonly database: Database;
  readonly hashes: Pick<KeyedHashes, 'apiKey'>;
  readonly clock: Clock;
  /** Decides the defaults of a new tenant. */
  readonly mode: 'sandbox' | 'production';
}

export interface CreateTenant {
  readonly name: string;
  readonly role?: TenantRole;
  readonly authority?: Authority;
}

export interface CreateClient {
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly name?: string;
  readonly expiresAt?: Date;
}

export interface TenantService {
  /** Who calls with this key; undefined when nobody may: unknown, revoked, expired, or of a suspended tenant. */
  authenticate(apiKey: string): Promise<Caller | undefined>;
  createTenant(request: CreateTenant): Promise<ServiceResult<{ tenantId: string; name: string; policy: TenantPolicy }>>;
  /** Assignments as `challengeRequired=false`; all or none take effect. */
  setPolicy(tenant: string, assignments: readonly string[]): Promise<ServiceResult<TenantPolicy>>;
  /** The key is told here and never again. */
  createClient(request: CreateClient): Promise<ServiceResult<{ clientId: string; apiKey: string }>>;
}

const SCOPES: readonly Scope[] = [
  'verify',
  'subjects:read',
  'status:check',
  'attributes:refresh',
  'reports:export',
  'mynumber:write',
  'mynumber:read',
  'faces',
  'review',
  'webhooks',
  'admin',
];
const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const API_KEY = /^jpk_[A-Za-z0-9_-]{43}$/;
const KEY_OCTETS = 32;

export function createTenantService(dependencies: TenantServiceDependencies): TenantService {
  const { database, hashes, clock, mode } = dependencies;
  const store = createTenantStore(database);
  const recentCallers = createRecentCallers(() => clock.now());

  return {
    async authenticate(apiKey) {
      if (!API_KEY.test(apiKey)) return undefined;
      const keyHash = hashes.apiKey(apiKey);
      return recentCallers(keyHash.toString('hex'), async () => {
        const row = await store.findClient(keyHash);
        return row !== undefined && mayCall(row, keyHash, clock.now()) ? toCaller(row, mode) : undefined;
      });
    },

    async createTenant({ name, role = 'verifier', authority }) {
      if (!TENANT_NAME.test(name)) {
        const sentence = 'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen';
        return problem('invalid-request', '/name', `A tenant's name ${sentence}.`);
      }
      const now = clock.now();
      const tenant = { id: randomUUID(), name, role, authority, policy: defaultPolicy(mode), at: new Date(now) };
      const recorded = await store.recordTenant(tenant, { id: newId('evt', now), type: 'tenant.created' });
      if (!recorded) return problem('tenant-exists', '/name', `There is a tenant "${name}" already.`);
      return { ok: true, value: { tenantId: tenant.id, name, policy: tenant.policy } };
    },

    async setPolicy(name, assignments) {
      const read = readPolicyChange(assignments);
      if (!read.ok) {
        const errors = read.problems.map(({ key, sentence }) => ({ pointer: `/${key}`, message: sentence }));
        return { ok: false, code: 'invalid-request', errors };
      }
      const tenant = await store.findTenant(name);
      if (tenant === undefined) return noTenant(name);
      const now = clock.now();
      const event = { id: newId('evt', now), type: 'tenant.policy-changed', at: new Date(now) };
      const policy = await store.recordPolicy(tenant.id, read.change, event);
      return { ok: true, value: { ...defaultPolicy(mode), ...policy } };
    },

    async createClient({ tenant: name, scopes, name: clientName, expiresAt }) {
      const known = SCOPES.filter((scope) => scopes.includes(scope));
      if (known.length === 0 || !scopes.every((scope) => SCOPES.some((one) => one === scope))) {
        return problem('invalid-request', '/scopes', `Scopes are one or more of ${SCOPES.join(', ')}.`);
      }
      const tenant = await store.findTenant(name);
      if (tenant === undefined) return noTenant(name);
      const now = clock.now();
      const apiKey = `jpk_${randomBytes(KEY_OCTETS).toString('base64url')}`;
      const clientId = newId('cli', now);
      await store.recordClient(
        {
          tenantId: tenant.id,
          id: clientId,
          name: clientName ?? null,
          keyHash: hashes.apiKey(apiKey),
          scopes: known,
          expiresAt: expiresAt ?? null,
          at: new Date(now),
        },
        { id: newId('evt', now), type: 'client.created' },
      );
      return { ok: true, value: { clientId, apiKey } };
    },
  };
}

function noTenant(name: string) {
  return problem('tenant-not-found', '/tenant', `There is no tenant "${name}".`);
}

function mayCall(row: ClientRow, keyHash: Buffer, now: number): boolean {
  const sameKey = row.key_hash.length === keyHash.length && timingSafeEqual(row.key_hash, keyHash);
  const isCurrent = row.revoked_at === null && (row.expires_at === null || now < row.expires_at.getTime());
  return sameKey && isCurrent && row.tenant_status === 'active';
}

/** Policies that came to be after the tenant hold their default. */
function toCaller(row: ClientRow, mode: 'sandbox' | 'production'): Caller {
  return {
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    tenantRole: row.tenant_role,
    policy: { ...defaultPolicy(mode), ...row.policy },
    clientId: row.client_id,
    scopes: new Set(row.scopes),
  };
}
