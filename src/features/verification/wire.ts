import type { CertificateKind, CertificateMedium } from '../../core/jpki/certificate-kind.ts';
import type { CrlReason, RefusalCode } from '../../core/revocation/status.ts';
import type { CheckResult, Indication, SubIndication } from '../../core/verdict/check.ts';
import type { RevocationMethod } from '../tenants/caller.ts';

/** JWA names; ES* values are DER Ecdsa-Sig-Value unless `encoding` says p1363. */
export type JwaName = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384';

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
  readonly algorithm: JwaName;
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
  readonly certificate: CertificateResponse | null;
  readonly revocation: RevocationResponse | null;
  readonly attributes: AttributesResponse | null;
  readonly declared: null;
  readonly subject: { readonly id: string; readonly isNew: boolean } | null;
  readonly legalMethod: LegalMethodResponse | null;
}

/** Given whenever a path was validated; `id` null when not on file. Never given to a service-provider. */
export interface CertificateResponse {
  readonly id: string | null;
  readonly kind: CertificateKind | null;
  readonly medium: CertificateMedium | null;
  readonly generation: number | null;
  readonly policy: string | null;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly serialNumberMac: string;
}

export interface RevocationResponse {
  readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined';
  readonly method: 'ocsp' | 'crl' | null;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly producedAt: string | null;
  readonly revokedAt: string | null;
  readonly reason: CrlReason | null;
  readonly attempts: readonly AttemptResponse[];
}

export interface AttemptResponse {
  readonly method: 'ocsp' | 'crl';
  readonly source: string;
  readonly outcome: 'accepted' | 'refused';
  readonly refusal: RefusalCode | null;
  readonly detail: string | null;
  readonly thisUpdate: string | null;
  readonly ageSeconds: number | null;
}

export interface AttributesResponse {
  readonly name: string | null;
  readonly nameSubstitutedAt: readonly number[];
  readonly address: string | null;
  readonly addressSubstitutedAt: readonly number[];
  readonly dateOfBirth: DateOfBirthResponse | null;
  readonly gender: 'male' | 'female' | 'unknown' | 'other' | null;
  readonly genderRaw: string | null;
  readonly additional: readonly { readonly typeId: string; readonly value: string }[];
}

/** Each part null where unknown. */
export interface DateOfBirthResponse {
  readonly era: string | null;
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
  readonly value: string | null;
  readonly raw: string;
}

export interface LegalMethodResponse {
  readonly code: string;
  readonly article: string;
  readonly effectiveFrom: string;
  readonly revisionId: string;
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
