import type { Routes } from '../../platform/http/app.ts';
import { replyWith } from '../../platform/http/reply.ts';
import { callerOf, requestOptionsOf } from '../caller-of-call.ts';
import type { RequestOptions } from '../request-options.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { encodeReport } from './encode-report.ts';
import { shownTo } from './shown.ts';
import type { VerificationFilters, VerificationPage, VerificationResponse, VerifyRequest } from './wire.ts';

export interface VerificationUseCases {
  verify(caller: Caller, request: VerifyRequest, options: RequestOptions): Promise<ServiceResult<VerificationResponse>>;
  read(caller: Caller, id: string, requestId: string): Promise<ServiceResult<VerificationResponse>>;
  list(caller: Caller, filters: VerificationFilters, requestId: string): Promise<ServiceResult<VerificationPage>>;
}

/** POST /jpki/verify and reading back. Requests have the documented shape when they arrive here. */
export function verificationRoutes(verifications: VerificationUseCases): Routes<Caller> {
  return {
    verify: async (call) => {
      const caller = callerOf(call);
      const verified = await verifications.verify(caller, call.body as VerifyRequest, requestOptionsOf(call));
      return replyWith(200, shownTo(caller, verified), encodeReport);
    },
    readVerification: async (call) => {
      const caller = callerOf(call);
      return replyWith(200, shownTo(caller, await verifications.read(caller, call.path.id as string, call.requestId)));
    },
    listVerifications: async (call) =>
      replyWith(200, await verifications.list(callerOf(call), call.query as VerificationFilters, call.requestId)),
  };
}
