import type { CryptoPrimitives, HashAlgorithm, SignatureScheme } from '../crypto.ts';
import { type AlgorithmOptions, constrainAlgorithm, modulusLength, verifyWithScheme } from '../x509/algorithm.ts';
import { encodeEcdsaSigValue } from '../x509/ecdsa-sig-value.ts';
import { DIGEST_LENGTH } from '../x509/hash-algorithm.ts';
import type { SubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';
import { encodeMessage } from './encoded-message.ts';
import { type JwaAlgorithm, selectJwaScheme } from './jwa-algorithm.ts';

/** `der`: Ecdsa-Sig-Value. `p1363`: r‖s. RSA signatures are the same octets in both. */
export type SignatureEncoding = 'der' | 'p1363';

export interface Digest {
  readonly algorithm: HashAlgorithm;
  readonly value: Uint8Array;
}

/** What was signed: the content, or (RS256, RS384, RS512 alone) its digest. */
export type SignedMatter =
  | { readonly content: Uint8Array; readonly digest?: undefined }
  | { readonly content?: undefined; readonly digest: Digest };

export interface RawSignature {
  readonly algorithm: JwaAlgorithm;
  readonly key: SubjectPublicKeyInfo;
  readonly signature: Uint8Array;
  readonly encoding: SignatureEncoding;
  readonly crypto: CryptoPrimitives;
  readonly options?: AlgorithmOptions;
}

/**
 * `key-mismatch`: the algorithm is not for such a key. `not-allowed`: outside the allow-list of algorithms, or a digest
 * with an algorithm that needs the content. In both cases the signature was not looked at.
 */
export type RawSignatureValidity = 'valid' | 'invalid' | 'not-allowed' | 'key-mismatch';

/** Verifies a signature that stands alone. A verdict in every case, never an exception. */
export function verifyRawSignature(input: RawSignature & SignedMatter): RawSignatureValidity {
  const { algorithm, key, crypto, options } = input;
  const scheme = selectJwaScheme(algorithm, key.key);
  if (scheme === undefined) return 'key-mismatch';
  if (constrainAlgorithm(scheme, key.key, options) !== 'accepted') return 'not-allowed';
  if (input.digest !== undefined) return verifyOverDigest(input, scheme, input.digest);
  const signature = toLibraryEncoding(input);
  if (signature === undefined) return 'invalid';
  return verifyWithScheme(crypto, scheme, key, input.content, signature, options);
}

function toLibraryEncoding({ key, signature, encoding }: RawSignature): Uint8Array | undefined {
  if (key.key.type !== 'ec' || encoding === 'der') return signature;
  return encodeEcdsaSigValue(signature, key.key.curve);
}

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2) over a digest that is given: the whole encoded message is made anew and compared
 * with what the public key recovers. Nothing is searched for or parsed inside the recovered octets.
 */
function verifyOverDigest(input: RawSignature, scheme: SignatureScheme, digest: Digest): RawSignatureValidity {
  const { key, signature, crypto } = input;
  if (scheme.scheme !== 'rsassa-pkcs1-v1_5') return 'not-allowed';
  if (digest.algorithm !== scheme.hash || digest.value.length !== DIGEST_LENGTH[scheme.hash]) return 'invalid';
  const length = modulusLength(key.key);
  if (signature.length !== length) return 'invalid';
  const expected = encodeMessage(scheme.hash, digest.value, length);
  const recovered = crypto.recoverRsa(key.der, signature);
  if (expected === undefined || recovered === undefined) return 'invalid';
  return equalInConstantTime(expected, recovered) ? 'valid' : 'invalid';
}

function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
