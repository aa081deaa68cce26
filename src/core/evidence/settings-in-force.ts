import type { CertificateKind } from '../jpki/certificate-kind.ts';
import type { CertificatePolicy } from '../jpki/policy-table.ts';

/** Of a tenant's policy, what a verdict depends on; the rest of it stands beside in what is kept. */
export interface PolicyInForce {
  readonly challengeRequired: boolean;
  readonly digestAllowed: boolean;
  readonly kindsAccepted: readonly CertificateKind[];
  readonly ocspMaxAgeSeconds: number;
  readonly crlMaxAgeSeconds: number;
}

/** `contentShown`: the signature came with the challenge's own octets; else with others, and those of the challenge are gone. */
export type ChallengeInForce =
  | { readonly state: 'none' | 'unknown' }
  | {
      readonly state: 'known';
      readonly kind: 'signature' | 'card-presence';
      readonly purpose: string;
      /** RFC 3339, as are the others. */
      readonly issuedAt: string;
      readonly expiresAt: string;
      readonly usedAt: string | null;
      readonly contentShown: boolean;
    };

/** Kept with each verification. */
export interface SettingsInForce {
  readonly policy: PolicyInForce;
  readonly revocationMethod: 'ocsp' | 'crl' | 'ocsp-then-crl';
  /** The trust anchor that the path ended at; null without a path. */
  readonly trustAnchorSha256: string | null;
  readonly rulesSha256: string;
  /** Numbers that rise with each change; none in records of before there were any. */
  readonly policyVersion?: number | null;
  readonly rulesVersion?: number;
  readonly challenge: ChallengeInForce;
  /** SHA-256 of the lists that showed others good on whom the answer rests: CAs in between, a responder without nocheck. */
  readonly supportingCrls?: readonly string[];
  /** When another instant than that of the verification: a response may be younger than the request. */
  readonly ocspJudgedAt?: string;
}

/** What a deployment judged every verification by; kept once. Hashes are SHA-256 in hexadecimal. */
export interface RulesInForce {
  readonly version: 1;
  readonly trustAnchors: readonly string[];
  readonly certificatePolicies: readonly CertificatePolicy[];
  readonly clockSkewSeconds: number;
  /** Of the SPKI of CAs whose CRLs cover every certificate of the key. */
  readonly undividedCaKeys: readonly string[];
}
