import { HttpProblem } from './problem.ts';

/** Who calls, as far as the server must know; `caller` is what the features know of them. */
export interface Principal<Caller> {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly requestsPerMinute: number;
  readonly caller: Caller;
}

/** Finds the client of an API key; undefined when there is none. */
export type Authenticate<Caller> = (apiKey: string) => Promise<Principal<Caller> | undefined>;

const BEARER = /^Bearer +(jpk_[A-Za-z0-9._~-]{1,256})$/i;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="jpki-verifier"' };

/** RFC 6750 §2.1; an unknown key and a missing one are told alike. */
export async function authenticateRequest<Caller>(
  authorization: string | undefined,
  authenticate: Authenticate<Caller>,
): Promise<Principal<Caller>> {
  const apiKey = BEARER.exec(authorization ?? '')?.[1];
  const principal = apiKey === undefined ? undefined : await authenticate(apiKey);
  if (principal === undefined) throw new HttpProblem('unauthenticated', [], CHALLENGE);
  return principal;
}

/** The client must have every scope that the operation names. */
export function requireScopes(principal: Principal<unknown>, scopes: readonly string[]): void {
  if (scopes.every((scope) => principal.scopes.has(scope))) return;
  throw new HttpProblem('insufficient-scope', [], {
    'WWW-Authenticate': `Bearer realm="jpki-verifier", error="insufficient_scope", scope="${scopes.join(' ')}"`,
  });
}
