import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';

/** The scopes of api.md. A right each; My Number its own. */
export type Scope =
  | 'verify'
  | 'subjects:read'
  | 'status:check'
  | 'attributes:refresh'
  | 'reports:export'
  | 'mynumber:write'
  | 'mynumber:read'
  | 'faces'
  | 'review'
  | 'webhooks'
  | 'admin';

/** `verifier`: 署名検証者 or platform operator; `service-provider`: its client, never shown certificate, serial or CRL. */
export type TenantRole = 'verifier' | 'service-provider';

export type RevocationMethod = 'ocsp' | 'crl' | 'ocsp-then-crl';

export interface TenantPolicy {
  /** Verification without a challenge is refused (SIG_CONSTRAINTS_FAILURE); on in production, off in the sandbox. */
  readonly challengeRequired: boolean;
  readonly revocationMethod: RevocationMethod;
  /** Greatest age of thisUpdate, seconds, where nextUpdate is absent. */
  readonly ocspMaxAgeSeconds: number;
  readonly crlMaxAgeSeconds: number;
  readonly kindsAccepted: readonly CertificateKind[];
  /** A bare digest in place of content is allowed (see content.unambiguous). */
  readonly digestAllowed: boolean;
  readonly storeSubject: boolean;
  /** Requests per minute and client. */
  readonly rateLimitPerMinute: number;
}

/** Who calls, as authentication found out. */
export interface Caller {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly tenantRole: TenantRole;
  readonly policy: TenantPolicy;
  readonly clientId: string;
  readonly scopes: ReadonlySet<Scope>;
}
