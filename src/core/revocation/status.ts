import type { Instant } from '../instant.ts';

/** CRLReason as RFC 5280 §5.3.1 writes it; 7 is not used. */
export type CrlReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise';

/** What a signed answer says. `unknown` is the responder's own word, never the absence of an answer. */
export type SignedStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revokedAt: Instant; readonly reason: CrlReason | null }
  | { readonly status: 'unknown' };

declare const accepted: unique symbol;
/** Evidence that passed every rule of acceptance at the time given. Made by concludeFromOcsp and concludeFromCrl alone. */
export interface AcceptedEvidence {
  readonly [accepted]: true;
  readonly method: 'ocsp' | 'crl';
  readonly says: SignedStatus;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  /** OCSP alone. */
  readonly producedAt: Instant | null;
  /** CRL alone: cRLNumber in decimal. */
  readonly crlNumber: string | null;
  /** DER of the response or the CRL, a view. */
  readonly der: Uint8Array;
}

/** Why a piece of evidence was not accepted, or not had at all. A closed set. */
export type RefusalCode =
  | 'not-configured'
  | 'no-crl-for-distribution-point'
  | 'timeout'
  | 'connection-failed'
  | 'http-status'
  | 'redirect'
  | 'content-type'
  | 'too-large'
  | 'malformed'
  | 'responder-error'
  | 'wrong-certificate'
  | 'wrong-issuer'
  | 'wrong-signature'
  | 'algorithm'
  | 'responder-not-authorised'
  | 'responder-revocation-unknown'
  | 'stale'
  | 'not-yet-valid'
  | 'nonce-mismatch'
  | 'unknown-critical-extension'
  | 'out-of-scope'
  | 'not-undivided'
  | 'partial-reasons'
  | 'indirect'
  | 'delta'
  | 'predates-certificate'
  | 'superseded';

export interface Refusal {
  readonly refused: RefusalCode;
  /** Prose for operators; no serials, no URLs with secrets, nothing personal. */
  readonly detail: string;
}

/** One source that was tried, in order; shown in `revocation.attempts` of the answer. */
export interface Attempt {
  readonly method: 'ocsp' | 'crl';
  readonly source: string;
  readonly outcome: 'accepted' | 'refused';
  readonly refusal: Refusal | null;
  readonly thisUpdate: Instant | null;
  /** Age of the CRL or response data at the time of judgement, seconds. */
  readonly ageSeconds: number | null;
}

/** The one answer about a certificate's status, with the account of every source tried. */
export interface RevocationFindings {
  /** `undetermined`: no answer was accepted. Neither it nor `unknown` is ever good. */
  readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined';
  readonly evidence: AcceptedEvidence | null;
  readonly attempts: readonly Attempt[];
}
