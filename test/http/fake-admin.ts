import type { AdminUseCases } from '../../src/features/tenants/admin.ts';
import { defaultPolicy } from '../../src/features/tenants/policy.ts';
import type { ClientView, TenantView } from '../../src/features/tenants/wire.ts';

export const tenant: TenantView = {
  tenantId: '00000000-0000-7000-8000-000000000001',
  name: 'bank-a',
  role: 'verifier',
  status: 'active',
  policy: defaultPolicy('sandbox'),
  policyVersion: 1,
  authority: { kind: 'contract', reference: 'PF-1', from: '2026-04-01', to: null },
  createdAt: '2026-11-22T03:00:00Z',
};

export const client: ClientView = {
  clientId: 'cli_068w3w5k1r7q3a8v',
  tenant: 'bank-a',
  name: null,
  scopes: ['verify'],
  externalId: null,
  certificateSha256: null,
  createdAt: '2026-11-22T03:00:00Z',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  keys: [{ keyId: 'key_068w3w5k1r7q3a8v', createdAt: '2026-11-22T03:00:00Z', endsAt: null }],
};

const found = async <T>(value: T) => ({ ok: true, value }) as const;
const withKey = { ...client, apiKey: 'jpk_shown-once' };

/** Answers with fixed values. */
export const fakeAdmin: AdminUseCases = {
  createTenant: () => found(tenant),
  listTenants: () => found({ items: [tenant], nextCursor: null }),
  readTenant: () => found(tenant),
  changePolicy: () => found(tenant),
  setStatus: (_caller, _requestId, _name, status) => found({ ...tenant, status }),
  createClient: () => found(withKey),
  listClients: () => found({ items: [client], nextCursor: null }),
  readClient: () => found(client),
  changeClient: () => found(client),
  rotateKey: () => found(withKey),
  revokeClient: () => found({ ...client, revokedAt: '2026-11-22T03:00:00Z', keys: [] }),
};
