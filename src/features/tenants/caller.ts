import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';

/** The scopes of api.md. A right each; My Number its own. */
export const SCOPES = [
  'verify',
  'subjects:read',
  'subjects:write',
  'legal-holds',
  'status:check',
  'attributes:refresh',
  'reports:export',
  'mynumber:write',
  'mynumber:read',
  'faces',
  'review',
  'webhooks',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * `verifier`: 署名検証者 or platform operator; `service-provider`: its client, never shown certificate, serial or CRL;
 * `operator`: who runs the deployment: administers every tenant, and verifies nothing.
 */
export const TENANT_ROLES = ['verifier', 'service-provider', 'operator'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

export type RevocationMethod = 'ocsp' | 'crl' | 'ocsp-then-crl';

/** The four of a 署名用 certificate. */
export type AttributeName = 'name' | 'address' | 'dateOfBirth' | 'gender';

/** How long something is kept: ISO 8601, whole years or days. */
export type RetentionPeriod = `P${number}Y` | `P${number}D`;

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
  /** Those of the four that answers show; the others are null in them. */
  readonly attributesReturned: readonly AttributeName[];
  /** `serialNumberMac` in answers; else null. */
  readonly serialNumberMacShown: boolean;
  readonly myNumberAllowed: boolean;
  readonly verificationRetention: RetentionPeriod;
  readonly consentRetention: RetentionPeriod;
  readonly challengeRetention: RetentionPeriod;
  readonly faceRetention: RetentionPeriod;
  readonly myNumberRetention: RetentionPeriod;
  readonly auditRetention: RetentionPeriod;
  /** Requests per minute and client. */
  readonly rateLimitPerMinute: number;
  /** Requests per day and month (Japan's) and client; null: as many as the minutes allow. */
  readonly quotaPerDay: number | null;
  readonly quotaPerMonth: number | null;
}

/** A policy as it is stored: with the number that rises with each change. */
export type StoredPolicy = TenantPolicy & { readonly version?: number };

/** Who calls, as authentication found out. */
export interface Caller {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly tenantRole: TenantRole;
  readonly policy: TenantPolicy;
  readonly policyVersion: number | null;
  readonly clientId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Of this call: where it came from, as trusted proxies tell; null outside HTTP. */
  readonly address: string | null;
  /** Of this call: the scope by which it was let in; null outside HTTP. */
  readonly right: Scope | null;
}
