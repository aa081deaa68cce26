import type { Routes } from '../../platform/http/app.ts';
import { replyWith } from '../../platform/http/reply.ts';
import { callerOf, requestOptionsOf } from '../caller-of-call.ts';
import type { Caller } from '../tenants/caller.ts';
import type { RetentionService } from './service.ts';
import type { DeletionFilters, LegalHoldRequest, PageRequest } from './wire.ts';

/** DELETE /jpki/verifications/{id}, /jpki/legal-holds and /jpki/deletion-records. Requests have the documented shape here. */
export function retentionRoutes(retention: RetentionService): Routes<Caller> {
  return {
    deleteVerification: async (call) => {
      const deleted = retention.deleteVerification(callerOf(call), call.path.id as string, call.requestId);
      return replyWith(200, await deleted);
    },
    placeLegalHold: async (call) =>
      replyWith(201, await retention.placeHold(callerOf(call), call.body as LegalHoldRequest, requestOptionsOf(call))),
    liftLegalHold: async (call) =>
      replyWith(200, await retention.liftHold(callerOf(call), call.path.id as string, call.requestId)),
    listLegalHolds: async (call) =>
      replyWith(200, await retention.listHolds(callerOf(call), call.query as PageRequest, call.requestId)),
    listDeletionRecords: async (call) =>
      replyWith(200, await retention.listDeletions(callerOf(call), call.query as DeletionFilters, call.requestId)),
  };
}
