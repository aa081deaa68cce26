import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Clock } from '../clock.ts';
import type { FindKey } from './key-set.ts';
import { TokenRefused } from './token-refused.ts';

/** Asymmetric alone: with a public key as an HMAC secret anybody could sign. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export const CLIENT_CLAIMS = ['client_id', 'azp', 'sub'] as const;

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** The claim that names the client. */
  readonly clientClaim: (typeof CLIENT_CLAIMS)[number];
  /** Taken off the scopes of tokens; those without it give no right. */
  readonly scopePrefix: string;
  readonly clockSkewSeconds: number;
}

export interface VerifiedToken {
  readonly externalId: string;
  readonly scopes: ReadonlySet<string>;
  /** Milliseconds, without clock skew. */
  readonly expiresAt: number;
  /** RFC 8705 §3.1, in hexadecimal. */
  readonly certificateSha256: string | null;
}

export type VerifyToken = (token: string) => Promise<VerifiedToken>;

const MOST_OCTETS = 8_192;
/** RFC 9068 §2.1; plain JWT and none at all are what many servers write. No other kind of JWT passes for an access token. */
const TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt', undefined]);

/** Verifies access tokens of one authorization server (RFC 9068 §4, RFC 8725); rejects with TokenRefused. */
export function createTokenVerifier(settings: TokenSettings, findKey: FindKey, clock: Clock): VerifyToken {
  const { issuer, audience, algorithms, clockSkewSeconds } = settings;
  const getKey: JWTVerifyGetKey = (header) => findKey(header);
  return async (token) => {
    if (token.length > MOST_OCTETS) throw invalid('the token is too long');
    const now = clock.now();
    const { payload, protectedHeader } = await jwtVerify(token, getKey, {
      ...{ issuer, audience, algorithms: [...algorithms] },
      clockTolerance: clockSkewSeconds,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    if (!TYPES.has(protectedHeader.typ?.toLowerCase())) throw invalid('the token is of another type');
    if (payload.iat !== undefined && payload.iat > now / 1000 + clockSkewSeconds)
      throw invalid('the token is of the future');
    const externalId = payload[settings.clientClaim];
    if (typeof externalId !== 'string' || externalId === '') throw invalid('the token names no client');
    return {
      externalId,
      scopes: scopesOf(payload, settings.scopePrefix),
      expiresAt: ((payload.exp ?? 0) + clockSkewSeconds) * 1000,
      certificateSha256: boundCertificateOf(payload),
    };
  };
}

const invalid = (reason: string) => new TokenRefused('token-invalid', reason);

/** `scope` of RFC 8693 §4.2, or `scp` as a list. */
function scopesOf({ scope, scp }: JWTPayload, prefix: string): ReadonlySet<string> {
  const words = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scp) ? scp : String(scp ?? '').split(' ');
  const ours = words.filter((word): word is string => typeof word === 'string' && word.startsWith(prefix));
  return new Set(ours.map((word) => word.slice(prefix.length)));
}

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** A token bound to something that we cannot see proven (DPoP's key) is as good as stolen. */
function boundCertificateOf({ cnf }: JWTPayload): string | null {
  if (cnf === undefined) return null;
  const thumbprint = (cnf as Record<string, unknown> | null)?.['x5t#S256'];
  if (typeof thumbprint !== 'string' || !THUMBPRINT.test(thumbprint) || Object.keys(cnf as object).length !== 1) {
    throw invalid('the token is bound to what this service does not verify');
  }
  return Buffer.from(thumbprint, 'base64url').toString('hex');
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'the token is of another issuer',
  aud: 'the token is for another audience',
  nbf: 'the token is of the future',
};

function refusalOf(error: unknown): unknown {
  if (error instanceof TokenRefused) return error;
  if (error instanceof errors.JWTExpired) return new TokenRefused('token-expired', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(CLAIMS[error.claim] ?? 'a claim is not as required');
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('the algorithm is not allowed');
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalid('the signature is wrong');
  if (error instanceof errors.JWKSMultipleMatchingKeys) return invalid('the key cannot be told: the token has no kid');
  if (error instanceof errors.JOSEError) return invalid('the token cannot be read');
  // a key that is too short, or unfit for the algorithm: the authorization server's own fault, and no reason to let in
  if (error instanceof TypeError || (error instanceof Error && error.name === 'DataError'))
    return invalid('the key is unfit');
  return error;
}
