import type { ProblemCode } from '../problem-code.ts';
import type { Peer } from './peer.ts';
import type { Principal } from './principal.ts';
import { HttpProblem } from './problem.ts';

/** What a request shows: a key of ours, or a token of the authorization server. */
export type Credential =
  | { readonly kind: 'api-key'; readonly value: string }
  | { readonly kind: 'token'; readonly value: string };

export type Admission<Caller> =
  | { readonly ok: true; readonly principal: Principal<Caller> }
  /** `reason`: a few words for error_description, nothing that the caller sent. */
  | { readonly ok: false; readonly code: ProblemCode; readonly reason?: string };

/** Finds the client of a credential. */
export type Authenticate<Caller> = (credential: Credential) => Promise<Admission<Caller>>;

const API_KEY = /^Bearer +(jpk_[A-Za-z0-9._~-]{1,256})$/i;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const REALM = 'Bearer realm="jpki-verifier"';
const RETRY_AFTER_SECONDS = '5';

/** RFC 6750 §2.1; an unknown key and a missing one are told alike. */
export async function authenticateRequest<Caller>(
  authorization: string | undefined,
  peer: Peer,
  authenticate: Authenticate<Caller>,
): Promise<Principal<Caller>> {
  const credential = readCredential(authorization);
  if (credential === undefined) throw refused('unauthenticated');
  const admission = await authenticate(credential);
  if (!admission.ok) throw refused(admission.code, admission.reason);
  const { principal } = admission;
  if (principal.certificates.some((sha256) => sha256 !== peer.certificateSha256)) {
    throw refused('client-certificate-required');
  }
  return principal;
}

function readCredential(authorization: string | undefined): Credential | undefined {
  if (authorization === undefined) return undefined;
  const apiKey = API_KEY.exec(authorization)?.[1];
  if (apiKey !== undefined) return { kind: 'api-key', value: apiKey };
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? undefined : { kind: 'token', value: token };
}

/** RFC 6750 §3: nothing but the challenge where no credential was understood. */
function refused(code: ProblemCode, reason?: string): HttpProblem {
  if (code === 'tenant-suspended') return new HttpProblem(code);
  if (code === 'authorization-server-unavailable') {
    return new HttpProblem(code, [], { 'Retry-After': RETRY_AFTER_SECONDS });
  }
  const description = reason === undefined ? '' : `, error_description="${reason}"`;
  const error = code === 'unauthenticated' ? '' : `, error="invalid_token"${description}`;
  return new HttpProblem(code, [], { 'WWW-Authenticate': `${REALM}${error}` });
}

/** What an operation asks of its caller; null: it is open to all. */
export type Right = { readonly scope: string; readonly roles: readonly string[] } | null;

/** The tenant must be of a role that may do it, and the client have the scope. */
export function requireRight({ scopes, role }: Principal<unknown>, right: NonNullable<Right>): void {
  if (!scopes.has(right.scope)) {
    throw new HttpProblem('insufficient-scope', [], {
      'WWW-Authenticate': `${REALM}, error="insufficient_scope", scope="${right.scope}"`,
    });
  }
  if (!right.roles.includes(role)) throw new HttpProblem('role-not-allowed');
}
