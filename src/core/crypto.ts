/**
 * The cryptographic primitives, handed to the core as an argument: synchronous, without state, and never throwing (an
 * unusable key or signature is `false`). `platform/crypto.ts` makes them from node:crypto.
 */
export type HashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

export type SignatureScheme =
  | { readonly scheme: 'rsassa-pkcs1-v1_5'; readonly hash: HashAlgorithm }
  | {
      readonly scheme: 'rsassa-pss';
      readonly hash: HashAlgorithm;
      readonly mgfHash: HashAlgorithm;
      readonly saltLength: number;
    }
  | { readonly scheme: 'ecdsa'; readonly hash: HashAlgorithm };

export interface CryptoPrimitives {
  readonly digest: (algorithm: HashAlgorithm, data: Uint8Array) => Uint8Array;
  /**
   * Is `signature` by the key `spki` (DER SubjectPublicKeyInfo) over `data`? ECDSA signatures are DER Ecdsa-Sig-Value.
   * Algorithm policy (key sizes, curves, hashes) is not this function's: see `core/x509/algorithm.ts`.
   */
  readonly verifySignature: (
    scheme: SignatureScheme,
    spki: Uint8Array,
    data: Uint8Array,
    signature: Uint8Array,
  ) => boolean;
  /** RSA public operation without removal of padding: the encoded message EM as long as the modulus (RFC 8017 §5.2.2). */
  readonly recoverRsa: (spki: Uint8Array, signature: Uint8Array) => Uint8Array | undefined;
}
