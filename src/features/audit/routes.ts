import type { Routes } from '../../platform/http/app.ts';
import { replyWith, streamWith } from '../../platform/http/reply.ts';
import { callerOf } from '../caller-of-call.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import type { AuditEvents } from './events.ts';
import type { AuditEventFilters, SealFilters, SealPage } from './wire.ts';

export interface AuditUseCases extends AuditEvents {
  seals(caller: Caller, filters: SealFilters): Promise<ServiceResult<SealPage>>;
}

/** GET /jpki/audit-events and /jpki/audit-seals. Requests have the documented shape when they arrive here. */
export function auditRoutes(audit: AuditUseCases): Routes<Caller> {
  return {
    listAuditEvents: async (call) => {
      const { format, ...filters } = call.query as AuditEventFilters & { readonly format?: 'json' | 'ndjson' };
      if (format !== 'ndjson') return replyWith(200, await audit.list(callerOf(call), filters, call.requestId));
      const exported = await audit.export(callerOf(call), filters, call.requestId);
      return streamWith(200, 'application/x-ndjson', exported);
    },
    listAuditSeals: async (call) => replyWith(200, await audit.seals(callerOf(call), call.query as SealFilters)),
  };
}
