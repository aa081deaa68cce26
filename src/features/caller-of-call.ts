import type { Call } from '../platform/http/app.ts';
import type { Admission } from '../platform/http/authentication.ts';
import type { Principal } from '../platform/http/principal.ts';
import type { RequestOptions } from './request-options.ts';
import type { Authenticated } from './tenants/authenticated.ts';
import type { Caller, Scope } from './tenants/caller.ts';

/** Who calls, from where and by which right: operations that name a scope always have a principal. */
export function callerOf(call: Call<Caller>): Caller {
  if (call.principal === undefined) throw new Error('an operation without a scope has no caller');
  return { ...call.principal.caller, address: call.address, right: call.scope as Scope | null };
}

export function requestOptionsOf(call: Call<Caller>): RequestOptions {
  const idempotencyKey = call.headers['Idempotency-Key'];
  return {
    requestId: call.requestId,
    rawBody: call.rawBody,
    ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
  };
}

/** What was found lately is found again, the same object, for each request. */
const principals = new WeakMap<Caller, Principal<Caller>>();

/** Whom authentication found, as the HTTP door knows them; `certificates` that a token asks for beside the client's own. */
export function admissionOf(found: Authenticated): Admission<Caller> {
  if (!found.ok) return found;
  const { caller, certificates } = found;
  const known = principals.get(caller);
  if (known !== undefined) return { ok: true, principal: known };
  const { clientId, tenantId, tenantRole, scopes, policy } = caller;
  const { rateLimitPerMinute, quotaPerDay, quotaPerMonth } = policy;
  const limits = { perMinute: rateLimitPerMinute, perDay: quotaPerDay, perMonth: quotaPerMonth };
  const principal = { caller, clientId, tenantId, role: tenantRole, scopes, certificates, limits };
  principals.set(caller, principal);
  return { ok: true, principal };
}
