import type { Call } from '../platform/http/app.ts';
import type { Principal } from '../platform/http/authentication.ts';
import type { RequestOptions } from './request-options.ts';
import type { Caller } from './tenants/caller.ts';

/** Who calls: operations that name a scope always have a principal. */
export function callerOf(call: Call<Caller>): Caller {
  if (call.principal === undefined) throw new Error('an operation without a scope has no caller');
  return call.principal.caller;
}

export function requestOptionsOf(call: Call<Caller>): RequestOptions {
  const idempotencyKey = call.headers['Idempotency-Key'];
  return {
    requestId: call.requestId,
    rawBody: call.rawBody,
    ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
  };
}

/** A caller as the HTTP door knows it. */
export function principalOf(caller: Caller | undefined): Principal<Caller> | undefined {
  if (caller === undefined) return undefined;
  const { clientId, scopes, policy } = caller;
  return { caller, clientId, scopes, requestsPerMinute: policy.rateLimitPerMinute };
}
