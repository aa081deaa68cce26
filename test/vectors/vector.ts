import type { CertificateKind } from '../../src/core/jpki/certificate-kind.ts';
import type { CertificatePolicy } from '../../src/core/jpki/policy-table.ts';
import type { CrlReason } from '../../src/core/revocation/status.ts';
import type { JwaAlgorithm } from '../../src/core/signature/jwa-algorithm.ts';
import type { Indication, SubIndication } from '../../src/core/verdict/check.ts';

/** A file of fixtures/certs, or text in UTF-8. */
export type Octets = string | { readonly text: string };

export interface SignedInput {
  readonly format?: 'raw' | 'cms';
  /** raw */
  readonly certificate?: string;
  readonly algorithm?: JwaAlgorithm;
  readonly encoding?: 'der' | 'p1363';
  /** `by`: RS256 over the content by the key of that fixture, made when the vector is run. */
  readonly signature?: Octets | { readonly by: string };
  readonly content?: Octets | null;
  readonly digest?: { readonly algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512'; readonly of: Octets };
  /** cms */
  readonly container?: string;
}

export interface ChallengeInput {
  readonly state: 'none' | 'unknown' | 'known';
  readonly kind?: 'signature' | 'card-presence';
  readonly purpose?: string;
  readonly content?: Octets;
  readonly issuedAt?: string;
  readonly expiresAt?: string;
  readonly usedAt?: string;
}

/** An answer of fixtures/certs that is accepted or refused by the rules, or an accepted one that says so. */
export type EvidenceInput =
  | { readonly ocsp: string }
  | {
      readonly says: 'good' | 'revoked' | 'unknown';
      readonly revokedAt?: string;
      readonly reason?: CrlReason;
    };

/** See README.md for what is assumed when a member is absent. */
export interface Vector {
  readonly id: string;
  readonly prose: string;
  readonly inputs: {
    readonly at?: string;
    readonly signed?: SignedInput;
    readonly purpose?: string;
    readonly challenge?: ChallengeInput;
    readonly acceptance?: {
      readonly kindsAccepted?: readonly CertificateKind[];
      readonly challengeRequired?: boolean;
      readonly digestAllowed?: boolean;
    };
    readonly anchors?: readonly string[];
    readonly pins?: Readonly<Record<string, { readonly kind: CertificateKind; readonly generation: number }>>;
    readonly policies?: { readonly testPolicies: boolean; readonly additional?: readonly CertificatePolicy[] };
    readonly evidence?: EvidenceInput | null;
  };
  readonly expected: {
    readonly indication: Indication;
    readonly subIndication: SubIndication | null;
    readonly failed: readonly string[];
    readonly reported?: readonly string[];
    /** Whether somebody was asked about the certificate. */
    readonly asked: boolean;
    readonly usesUpChallenge?: boolean;
    readonly etsiSubIndication?: string | null;
    /** Parts of the report, compared where given; null says that the part is null. */
    readonly report?: Readonly<Record<string, unknown>>;
  };
}
