import type { CertifiedAttributes } from '../../core/jpki/attributes.ts';
import type { LegalMethod } from '../../core/jpki/legal-method.ts';
import type { JwaAlgorithm } from '../../core/signature/jwa-algorithm.ts';
import type { CheckResult, Indication, SubIndication } from '../../core/verdict/check.ts';
import type { CertificateFacts, RevocationFacts } from '../../core/verification/report.ts';
import type { RevocationMethod } from '../tenants/caller.ts';

/** Binary fields are base64, already validated at the door; formats other than raw and cms are refused by the service. */
export interface VerifyRequest {
  readonly reference?: string;
  readonly purpose: string;
  readonly challengeId?: string;
  readonly signature: RawSignatureRequest | CmsSignatureRequest | OtherFormatRequest;
  readonly revocation?: { readonly method?: RevocationMethod };
  readonly store?: { readonly subject?: boolean };
  readonly declared?: unknown;
  readonly cardInput?: unknown;
  readonly cardFace?: unknown;
  readonly face?: unknown;
  readonly consent?: unknown;
}

export interface DigestValue {
  readonly algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512';
  readonly value: string;
}

export interface RawSignatureRequest {
  readonly format: 'raw';
  readonly value: string;
  readonly algorithm: JwaAlgorithm;
  readonly encoding?: 'der' | 'p1363';
  readonly certificate: string;
  readonly content?: string;
  readonly digest?: DigestValue;
}

export interface CmsSignatureRequest {
  readonly format: 'cms';
  readonly value: string;
  readonly content?: string;
}

export interface OtherFormatRequest {
  readonly format: 'digital-auth-app' | 'pdf' | 'xml';
  readonly value: string;
}

/** Times are RFC 3339 in UTC with `Z`. */
export interface VerificationResponse {
  readonly verificationId: string;
  readonly reference: string | null;
  readonly purpose: string;
  readonly verifiedAt: string;
  readonly indication: Indication;
  readonly retryable: boolean;
  readonly subIndication: SubIndication | null;
  readonly checks: readonly CheckResult[];
  /** Given whenever a path was validated, but never to a service-provider. */
  readonly certificate: CertificateResponse | null;
  readonly revocation: RevocationFacts | null;
  readonly attributes: CertifiedAttributes | null;
  readonly declared: null;
  readonly subject: { readonly id: string; readonly isNew: boolean } | null;
  readonly legalMethod: LegalMethod | null;
  /** Numbers of the tenant's policy and of the deployment's settings in force; null in records of before there were any. */
  readonly policyVersion: number | null;
  readonly rulesVersion: number | null;
}

/** `id`: null when not on file. */
export interface CertificateResponse extends CertificateFacts {
  readonly id: string | null;
  readonly serialNumberMac: string;
  /** While the key of these hashes is being rotated: under the key of before. */
  readonly formerSerialNumberMac?: string;
}

/** One line of a list: no personal part. `reference` is the caller's own key. */
export interface VerificationSummary {
  readonly verificationId: string;
  readonly reference: string | null;
  readonly purpose: string;
  readonly verifiedAt: string;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly retryable: boolean;
  readonly subjectId: string | null;
  readonly certificateId: string | null;
}

export interface VerificationFilters {
  readonly reference?: string;
  readonly subject?: string;
  readonly indication?: Indication;
  /** RFC 3339; `from` inclusive, `to` exclusive, over verifiedAt. */
  readonly from?: string;
  readonly to?: string;
  /** 1 to 500, default 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** Newest first. */
export interface VerificationPage {
  readonly items: readonly VerificationSummary[];
  readonly nextCursor: string | null;
}
