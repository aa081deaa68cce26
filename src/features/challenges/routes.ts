import type { Routes } from '../../platform/http/app.ts';
import { replyWith } from '../../platform/http/reply.ts';
import { callerOf, requestOptionsOf } from '../caller-of-call.ts';
import type { RequestOptions } from '../request-options.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import type { ChallengeRequest, ChallengeResponse } from './wire.ts';

export interface ChallengeUseCases {
  issue(caller: Caller, request: ChallengeRequest, options: RequestOptions): Promise<ServiceResult<ChallengeResponse>>;
}

/** POST /jpki/challenges. The body has the documented shape when it arrives here. */
export function challengeRoutes(challenges: ChallengeUseCases): Routes<Caller> {
  return {
    issueChallenge: async (call) =>
      replyWith(201, await challenges.issue(callerOf(call), call.body as ChallengeRequest, requestOptionsOf(call))),
  };
}
