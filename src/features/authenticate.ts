import { TokenRefused } from '../platform/access-token/token-refused.ts';
import type { VerifyToken } from '../platform/access-token/verify-token.ts';
import type { Authenticate } from '../platform/http/authentication.ts';
import { admissionOf } from './caller-of-call.ts';
import type { Caller } from './tenants/caller.ts';
import type { TenantService } from './tenants/service.ts';

/** Who calls, by an API key of ours, or by an access token where an authorization server is set. */
export function createAuthenticate(
  tenants: Pick<TenantService, 'authenticate' | 'authenticateToken'>,
  verifyToken: VerifyToken | undefined,
): Authenticate<Caller> {
  return async ({ kind, value }) => {
    if (kind === 'api-key') return admissionOf(await tenants.authenticate(value));
    if (verifyToken === undefined) return { ok: false, code: 'unauthenticated' };
    try {
      return admissionOf(await tenants.authenticateToken(value, () => verifyToken(value)));
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const { code, reason } = error;
      return { ok: false, code, ...(reason === undefined ? {} : { reason }) };
    }
  };
}
