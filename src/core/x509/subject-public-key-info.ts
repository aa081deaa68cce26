import type { AlgorithmIdentifier } from './algorithm-identifier.ts';

/** What kind of key it is, as far as the allow-list of algorithms asks. `other`: DSA, EdDSA, unknown curves, … */
export type PublicKeyFacts =
  | { readonly type: 'rsa'; readonly modulusBits: number; readonly publicExponent: bigint }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' }
  | { readonly type: 'other'; readonly algorithm: string };

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export interface SubjectPublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** Contents of the BIT STRING subjectPublicKey: what a KeyHash of OCSP is taken over. */
  readonly subjectPublicKey: Uint8Array;
  readonly key: PublicKeyFacts;
}
