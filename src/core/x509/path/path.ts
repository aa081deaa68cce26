import type { Certificate } from '../certificate.ts';
import type { Name } from '../name.ts';
import type { SubjectPublicKeyInfo } from '../subject-public-key-info.ts';

/** Initial settings of RFC 5280 §6.1.1 (c) to (g). */
export interface PathSettings {
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialAnyPolicyInhibit: boolean;
  /** Admits SHA-1, RSA below 2048 and e = 3, for old corpora; no code path of the service sets it. */
  readonly legacyAlgorithms?: boolean;
}

/** The key that signed something, with the name that it signs under: what CRLs and OCSP responses are held against. */
export interface IssuerKey {
  readonly name: Name;
  readonly subjectPublicKeyInfo: SubjectPublicKeyInfo;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  /** The CA's certificate (trust anchor or intermediate). */
  readonly certificate: Certificate;
}

/** Why one candidate path fails, by RFC 5280 clause. `index`: 0 is the certificate below the anchor, -1 the anchor. */
export interface PathFailure {
  readonly code:
    | 'signature'
    | 'algorithm'
    | 'validity'
    | 'name-chaining'
    | 'key-identifier'
    | 'basic-constraints'
    | 'path-length'
    | 'key-usage'
    | 'policy'
    | 'name-constraints'
    | 'unknown-critical-extension'
    | 'version'
    | 'path-limit';
  readonly clause: string;
  readonly index: number;
}

/** Where the time of validation lies in the validity of the target (RFC 5280 §4.1.2.5). */
export type TargetValidity = 'valid' | 'expired' | 'not-yet-valid';

declare const validated: unique symbol;
/**
 * A certification path that satisfies RFC 5280 §6.1, the validity of the target apart (`targetValidity`: expired and not
 * yet valid certificates are verdicts of their own). Made by validatePath alone.
 */
export interface ValidatedPath {
  readonly [validated]: true;
  readonly anchor: Certificate;
  /** From the certificate below the anchor to the target. */
  readonly certificates: readonly Certificate[];
  readonly target: Certificate;
  /** The key that verified the target. */
  readonly issuer: IssuerKey;
  readonly targetValidity: TargetValidity;
  /** user-constrained-policy-set (§6.1.6); `2.5.29.32.0` stands for any. */
  readonly policies: readonly string[];
}

/**
 * What came of looking for a path. `failures`: those of the candidate that came furthest (fewest and latest failures);
 * empty with `path` undefined means that no candidate issuer was known at all (NO_CERTIFICATE_CHAIN_FOUND).
 * A search stopped by its bounds adds `path-limit`.
 */
export interface PathResult {
  readonly path: ValidatedPath | undefined;
  readonly failures: readonly PathFailure[];
  readonly candidatesTried: number;
  /**
   * Of a target whose path is whole and authentic: set with `path`, and where nothing fails but the validity of its
   * issuers, so that an expired certificate is called expired also when its CA has ended with it.
   */
  readonly targetValidity: TargetValidity | undefined;
}
