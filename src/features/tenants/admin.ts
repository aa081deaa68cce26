import type { RequestOptions } from '../request-options.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Actor } from './act-line.ts';
import type { Caller } from './caller.ts';
import { type CreatedClient, OVERLAP_SECONDS } from './clients.ts';
import { assignmentsOf } from './policy-change.ts';
import type { TenantService } from './service.ts';
import type { ChangeClient, ClientView, CreateClient, CreateTenant, Page, TenantView } from './wire.ts';

/** Bodies as the API takes them: instants are text. */
export type ClientRequest = Omit<CreateClient, 'tenant' | 'expiresAt'> & { tenant?: string; expiresAt?: string };
export type ClientChangeRequest = Omit<ChangeClient, 'expiresAt'> & { expiresAt?: string | null };
export interface ListRequest {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Administration over HTTP: an operator's client reaches every tenant, any other its own. */
export interface AdminUseCases {
  createTenant(caller: Caller, requestId: string, request: CreateTenant): Promise<ServiceResult<TenantView>>;
  listTenants(caller: Caller, request: ListRequest): Promise<ServiceResult<Page<TenantView>>>;
  readTenant(caller: Caller, name: string): Promise<ServiceResult<TenantView>>;
  changePolicy(caller: Caller, requestId: string, name: string, change: object): Promise<ServiceResult<TenantView>>;
  setStatus(
    caller: Caller,
    requestId: string,
    name: string,
    status: TenantView['status'],
  ): Promise<ServiceResult<TenantView>>;
  createClient(caller: Caller, options: RequestOptions, request: ClientRequest): Promise<ServiceResult<CreatedClient>>;
  listClients(
    caller: Caller,
    tenant: string | undefined,
    request: ListRequest,
  ): Promise<ServiceResult<Page<ClientView>>>;
  readClient(caller: Caller, tenant: string | undefined, id: string): Promise<ServiceResult<ClientView>>;
  changeClient(
    caller: Caller,
    requestId: string,
    tenant: string | undefined,
    id: string,
    change: ClientChangeRequest,
  ): Promise<ServiceResult<ClientView>>;
  rotateKey(
    caller: Caller,
    options: RequestOptions,
    tenant: string | undefined,
    id: string,
    overlapSeconds: number | undefined,
  ): Promise<ServiceResult<CreatedClient>>;
  revokeClient(
    caller: Caller,
    requestId: string,
    tenant: string | undefined,
    id: string,
  ): Promise<ServiceResult<ClientView>>;
}

const USUAL_LIMIT = 50;

export function createAdmin(tenants: TenantService): AdminUseCases {
  const { clients } = tenants;
  /** Another tenant is, to a tenant's own administrator, one that is not there. */
  const reachable = (caller: Caller, name: string = caller.tenantName): string | undefined =>
    isOperator(caller) || name === caller.tenantName ? name : undefined;
  const noTenant = () => problem('tenant-not-found');

  return {
    createTenant: (caller, requestId, request) => tenants.createTenant(actorOf(caller, requestId), request),

    async listTenants(caller, { cursor, limit = USUAL_LIMIT }) {
      if (isOperator(caller)) return { ok: true, value: await tenants.listTenants(cursor, limit) };
      const own = await tenants.readTenant(caller.tenantName);
      return own.ok ? { ok: true, value: { items: [own.value], nextCursor: null } } : own;
    },

    async readTenant(caller, name) {
      const tenant = reachable(caller, name);
      return tenant === undefined ? noTenant() : tenants.readTenant(tenant);
    },

    changePolicy: (caller, requestId, name, change) =>
      tenants.setPolicy(actorOf(caller, requestId), name, assignmentsOf({ ...change })),

    setStatus: (caller, requestId, name, status) => tenants.setStatus(actorOf(caller, requestId), name, status),

    async createClient(caller, options, { tenant: named, expiresAt, ...request }) {
      const tenant = reachable(caller, named);
      if (tenant === undefined) return noTenant();
      if (request.externalId !== undefined && !isOperator(caller)) return externalIdRefused();
      const actor = actorOf(caller, options.requestId);
      const expiry = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) };
      return clients.create(actor, { ...request, tenant, ...expiry }, { clientId: caller.clientId, options });
    },

    async listClients(caller, named, { cursor, limit = USUAL_LIMIT }) {
      const tenant = reachable(caller, named);
      return tenant === undefined ? noTenant() : clients.list(tenant, cursor, limit);
    },

    async readClient(caller, named, id) {
      const tenant = reachable(caller, named);
      return tenant === undefined ? noTenant() : clients.read(tenant, id);
    },

    async changeClient(caller, requestId, named, id, { expiresAt, ...change }) {
      const tenant = reachable(caller, named);
      if (tenant === undefined) return noTenant();
      if (change.externalId !== undefined && !isOperator(caller)) return externalIdRefused();
      const expiry = expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) };
      return clients.change(actorOf(caller, requestId), tenant, id, { ...change, ...expiry });
    },

    async rotateKey(caller, options, named, id, overlapSeconds = OVERLAP_SECONDS.usual) {
      const tenant = reachable(caller, named);
      if (tenant === undefined) return noTenant();
      const once = { clientId: caller.clientId, options };
      return clients.rotate(actorOf(caller, options.requestId), tenant, id, overlapSeconds, once);
    },

    async revokeClient(caller, requestId, named, id) {
      const tenant = reachable(caller, named);
      return tenant === undefined ? noTenant() : clients.revoke(actorOf(caller, requestId), tenant, id);
    },
  };
}

const isOperator = ({ tenantRole }: Caller): boolean => tenantRole === 'operator';

/** Whoever sets it is given that id's tokens: no tenant may take another one's. */
const externalIdRefused = () => problem('role-not-allowed', '/externalId', 'is for an operator to set');

function actorOf({ clientId, address, right }: Caller, requestId: string): Actor {
  return { kind: 'client', name: clientId, right: right ?? 'admin', address, requestId };
}
