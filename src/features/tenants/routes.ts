import type { Call, Routes } from '../../platform/http/app.ts';
import { replyWith } from '../../platform/http/reply.ts';
import { callerOf, requestOptionsOf } from '../caller-of-call.ts';
import type { AdminUseCases, ClientChangeRequest, ClientRequest, ListRequest } from './admin.ts';
import type { Caller } from './caller.ts';
import type { CreateTenant } from './wire.ts';

/** /admin. Requests have the documented shape when they arrive here. */
export function adminRoutes(admin: AdminUseCases): Routes<Caller> {
  const tenantOf = (call: Call<Caller>) => call.path.tenant as string;
  const namedTenantOf = (call: Call<Caller>) => call.query.tenant as string | undefined;
  const idOf = (call: Call<Caller>) => call.path.id as string;
  return {
    createTenant: async (call) =>
      replyWith(201, await admin.createTenant(callerOf(call), call.requestId, call.body as CreateTenant)),
    listTenants: async (call) => replyWith(200, await admin.listTenants(callerOf(call), call.query as ListRequest)),
    readTenant: async (call) => replyWith(200, await admin.readTenant(callerOf(call), tenantOf(call))),
    changeTenantPolicy: async (call) =>
      replyWith(200, await admin.changePolicy(callerOf(call), call.requestId, tenantOf(call), call.body as object)),
    suspendTenant: async (call) =>
      replyWith(200, await admin.setStatus(callerOf(call), call.requestId, tenantOf(call), 'suspended')),
    resumeTenant: async (call) =>
      replyWith(200, await admin.setStatus(callerOf(call), call.requestId, tenantOf(call), 'active')),

    createClient: async (call) =>
      replyWith(201, await admin.createClient(callerOf(call), requestOptionsOf(call), call.body as ClientRequest)),
    listClients: async (call) =>
      replyWith(200, await admin.listClients(callerOf(call), namedTenantOf(call), call.query as ListRequest)),
    readClient: async (call) => replyWith(200, await admin.readClient(callerOf(call), namedTenantOf(call), idOf(call))),
    changeClient: async (call) => {
      const change = call.body as ClientChangeRequest;
      const changed = admin.changeClient(callerOf(call), call.requestId, namedTenantOf(call), idOf(call), change);
      return replyWith(200, await changed);
    },
    rotateClientKey: async (call) => {
      const { overlapSeconds } = call.body as { overlapSeconds?: number };
      const args = [callerOf(call), requestOptionsOf(call), namedTenantOf(call), idOf(call), overlapSeconds] as const;
      return replyWith(201, await admin.rotateKey(...args));
    },
    revokeClient: async (call) =>
      replyWith(200, await admin.revokeClient(callerOf(call), call.requestId, namedTenantOf(call), idOf(call))),
  };
}
