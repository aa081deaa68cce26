import type { Instant } from '../instant.ts';
import type { CertifiedAttributes } from '../jpki/attributes.ts';
import type { CertificateKind, CertificateMedium } from '../jpki/certificate-kind.ts';
import type { LegalMethod } from '../jpki/legal-method.ts';
import type { CrlReason, RefusalCode, RevocationFindings } from '../revocation/status.ts';
import { formatInstant } from '../rfc3339.ts';
import type { CheckResult, Indication, SubIndication } from '../verdict/check.ts';

/** What a validated path says about the signer's certificate. Kind, medium and policy null where the policy is not known. */
export interface CertificateFacts {
  readonly kind: CertificateKind | null;
  readonly medium: CertificateMedium | null;
  /** Of the CA key, where the anchor is a pinned one. */
  readonly generation: number | null;
  readonly policy: string | null;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface AttemptFacts {
  readonly method: 'ocsp' | 'crl';
  readonly source: string;
  readonly outcome: 'accepted' | 'refused';
  readonly refusal: RefusalCode | null;
  readonly detail: string | null;
  readonly thisUpdate: string | null;
  readonly ageSeconds: number | null;
}

/** `method` and the times null where no evidence was accepted. */
export interface RevocationFacts {
  readonly status: RevocationFindings['status'];
  readonly method: 'ocsp' | 'crl' | null;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly producedAt: string | null;
  readonly revokedAt: string | null;
  readonly reason: CrlReason | null;
  readonly attempts: readonly AttemptFacts[];
}

/** The verification as judged; what is on file (ids, keyed hashes) is added by who has it. All times RFC 3339 with Z. */
export interface Report {
  readonly verifiedAt: string;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly retryable: boolean;
  readonly checks: readonly CheckResult[];
  /** Null unless a path was validated. */
  readonly certificate: CertificateFacts | null;
  /** Null when nobody was asked. */
  readonly revocation: RevocationFacts | null;
  /** Null unless TOTAL-PASSED with a 署名用 certificate; so is `legalMethod`. */
  readonly attributes: CertifiedAttributes | null;
  readonly legalMethod: LegalMethod | null;
}

const orNull = (instant: Instant | null | undefined): string | null =>
  instant === null || instant === undefined ? null : formatInstant(instant);

export function revocationFacts({ status, evidence, attempts }: RevocationFindings): RevocationFacts {
  const revoked = evidence?.says.status === 'revoked' ? evidence.says : undefined;
  return {
    status,
    method: evidence?.method ?? null,
    thisUpdate: orNull(evidence?.thisUpdate),
    nextUpdate: orNull(evidence?.nextUpdate),
    producedAt: orNull(evidence?.producedAt),
    revokedAt: orNull(revoked?.revokedAt),
    reason: revoked?.reason ?? null,
    attempts: attempts.map(({ method, source, outcome, refusal, thisUpdate, ageSeconds }) => ({
      method,
      source,
      outcome,
      refusal: refusal?.refused ?? null,
      detail: refusal?.detail ?? null,
      thisUpdate: orNull(thisUpdate),
      ageSeconds,
    })),
  };
}
