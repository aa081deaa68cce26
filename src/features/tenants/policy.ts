import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import type { AttributeName, TenantPolicy } from './caller.ts';

export const KINDS: readonly CertificateKind[] = ['digital-signature', 'user-authentication'];
export const ATTRIBUTES: readonly AttributeName[] = ['name', 'address', 'dateOfBirth', 'gender'];

/**
 * What a new tenant starts with: the strict choice throughout, except that a sandbox lets one try a signature before
 * learning about challenges. The rate limit admits a hundred parallel calls many times over.
 */
export function defaultPolicy(mode: 'sandbox' | 'production'): TenantPolicy {
  return {
    challengeRequired: mode === 'production',
    revocationMethod: 'ocsp',
    ocspMaxAgeSeconds: 3_600,
    crlMaxAgeSeconds: 129_600,
    kindsAccepted: KINDS,
    digestAllowed: false,
    storeSubject: true,
    attributesReturned: ATTRIBUTES,
    serialNumberMacShown: true,
    myNumberAllowed: false,
    verificationRetention: 'P7Y',
    consentRetention: 'P10Y',
    challengeRetention: 'P1D',
    faceRetention: 'P90D',
    myNumberRetention: 'P7Y',
    auditRetention: 'P10Y',
    rateLimitPerMinute: 60_000,
    quotaPerDay: null,
    quotaPerMonth: null,
  };
}

export type RetentionKind = 'verification' | 'consent' | 'challenge' | 'face' | 'myNumber' | 'audit';

/** A period of the policy, in whole years or whole days. */
export function retentionOf(
  policy: TenantPolicy,
  kind: RetentionKind,
): { readonly years: number } | { readonly days: number } {
  const period = policy[`${kind}Retention`];
  const count = Number(period.slice(1, -1));
  return period.endsWith('Y') ? { years: count } : { days: count };
}
