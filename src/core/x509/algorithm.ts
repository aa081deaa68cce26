import type { CryptoPrimitives, HashAlgorithm, SignatureScheme } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { validateEcdsaSigValue } from './ecdsa-sig-value.ts';
import { parametersNullOrAbsent } from './hash-algorithm.ts';
import { decodePssParameters } from './pss-parameters.ts';
import type { PublicKeyFacts, SubjectPublicKeyInfo } from './subject-public-key-info.ts';

const ID_RSASSA_PSS = '1.2.840.113549.1.1.10';

const RSA_WITH_HASH: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.2.840.113549.1.1.11', 'SHA-256'],
  ['1.2.840.113549.1.1.12', 'SHA-384'],
  ['1.2.840.113549.1.1.13', 'SHA-512'],
]);

const ECDSA_WITH_HASH: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['1.2.840.10045.4.1', 'SHA-1'],
  ['1.2.840.10045.4.3.2', 'SHA-256'],
  ['1.2.840.10045.4.3.3', 'SHA-384'],
  ['1.2.840.10045.4.3.4', 'SHA-512'],
]);

export type SchemeSelection =
  | { readonly ok: true; readonly scheme: SignatureScheme }
  | { readonly ok: false; readonly reason: 'unsupported-algorithm' | 'malformed-parameters' | 'key-mismatch' };

const refused = (reason: Extract<SchemeSelection, { ok: false }>['reason']): SchemeSelection => ({ ok: false, reason });

/** A key of a kind that we cannot use may well have made the signature; one of the other kind that we can has not. */
export const refusedFor = (key: PublicKeyFacts): SchemeSelection =>
  refused(key.type === 'other' ? 'unsupported-algorithm' : 'key-mismatch');

/**
 * The scheme that a signature AlgorithmIdentifier names, held against the key that is to verify it. Whether the scheme is
 * allowed is constrainAlgorithm's question. `rsaEncryption` names no hash and is CMS's own affair.
 */
export function selectSignatureScheme(identifier: AlgorithmIdentifier, key: PublicKeyFacts): SchemeSelection {
  const { algorithm, parameters } = identifier;
  const rsaHash = RSA_WITH_HASH.get(algorithm);
  if (rsaHash !== undefined) {
    // RFC 4055 §5: the parameters MUST be NULL, and implementations MUST accept them absent as well.
    if (!parametersNullOrAbsent(parameters)) return refused('malformed-parameters');
    return key.type === 'rsa' ? { ok: true, scheme: { scheme: 'rsassa-pkcs1-v1_5', hash: rsaHash } } : refusedFor(key);
  }
  const ecdsaHash = ECDSA_WITH_HASH.get(algorithm);
  if (ecdsaHash !== undefined) {
    // RFC 5758 §3.2: the parameters are absent.
    if (parameters !== undefined) return refused('malformed-parameters');
    return key.type === 'ec' ? { ok: true, scheme: { scheme: 'ecdsa', hash: ecdsaHash } } : refusedFor(key);
  }
  if (algorithm !== ID_RSASSA_PSS) return refused('unsupported-algorithm');
  return selectPss(parameters, key);
}

/** RFC 4055 §3: with id-RSASSA-PSS as a signature algorithm the parameters MUST be present. */
function selectPss(parameters: Uint8Array | undefined, key: PublicKeyFacts): SchemeSelection {
  if (parameters === undefined) return refused('malformed-parameters');
  if (key.type !== 'rsa') return refusedFor(key);
  try {
    return { ok: true, scheme: decodePssParameters(parameters) };
  } catch (error) {
    if (error instanceof DecodeError) return refused('malformed-parameters');
    throw error;
  }
}

export type AlgorithmConstraint = 'accepted' | 'sha-1' | 'rsa-modulus' | 'rsa-exponent' | 'pss-mask' | 'key-type';

export interface AlgorithmOptions {
  /** Admits SHA-1, RSA from 512 bits and e = 3, for old corpora; no code path of the service sets it. */
  readonly legacyAlgorithms?: boolean | undefined;
}

const NORMAL = { minModulusBits: 2048, maxModulusBits: 4096, minExponent: 65537n, sha1: false };
const LEGACY = { minModulusBits: 512, maxModulusBits: 16384, minExponent: 3n, sha1: true };
/** FIPS 186-5 §5.1 (b): e below 2^256. A longer one makes a verification as slow as a signature. */
const EXPONENT_LIMIT = 1n << 256n;

/** The allow-list. Anything but `accepted` leads to CRYPTO_CONSTRAINTS_FAILURE. */
export function constrainAlgorithm(
  scheme: SignatureScheme,
  key: PublicKeyFacts,
  options: AlgorithmOptions = {},
): AlgorithmConstraint {
  const limits = options.legacyAlgorithms === true ? LEGACY : NORMAL;
  if (scheme.hash === 'SHA-1' && !limits.sha1) return 'sha-1';
  if (scheme.scheme === 'ecdsa') return key.type === 'ec' ? 'accepted' : 'key-type';
  if (key.type !== 'rsa') return 'key-type';
  // RFC 4055 §3.1 recommends MGF1 with the hash of the message; nothing else is met with, so nothing else is accepted.
  if (scheme.scheme === 'rsassa-pss' && scheme.mgfHash !== scheme.hash) return 'pss-mask';
  if (key.modulusBits < limits.minModulusBits || key.modulusBits > limits.maxModulusBits) return 'rsa-modulus';
  const { publicExponent } = key;
  const even = (publicExponent & 1n) === 0n;
  return publicExponent < limits.minExponent || publicExponent >= EXPONENT_LIMIT || even ? 'rsa-exponent' : 'accepted';
}

/** `not-allowed`: outside the allow-list, or parameters that do not belong there; the signature was not looked at. */
export type SignatureValidity = 'valid' | 'invalid' | 'not-allowed';

/**
 * Verifies what certificates, CRLs, OCSP responses and SignerInfos are signed with. A key of another kind than the
 * algorithm asks for made no such signature: `invalid`.
 */
export function verifySigned(
  crypto: CryptoPrimitives,
  algorithm: AlgorithmIdentifier,
  signer: SubjectPublicKeyInfo,
  data: Uint8Array,
  signature: Uint8Array,
  options: AlgorithmOptions = {},
): SignatureValidity {
  const selection = selectSignatureScheme(algorithm, signer.key);
  if (!selection.ok) return selection.reason === 'key-mismatch' ? 'invalid' : 'not-allowed';
  return verifyWithScheme(crypto, selection.scheme, signer, data, signature, options);
}

/** As verifySigned, for a scheme that is known by other means (a JWA name, a CMS digestAlgorithm). */
export function verifyWithScheme(
  crypto: CryptoPrimitives,
  scheme: SignatureScheme,
  signer: SubjectPublicKeyInfo,
  data: Uint8Array,
  signature: Uint8Array,
  options: AlgorithmOptions = {},
): SignatureValidity {
  const { key } = signer;
  if (constrainAlgorithm(scheme, key, options) !== 'accepted') return 'not-allowed';
  const wellFormed =
    key.type === 'ec' ? validateEcdsaSigValue(signature, key.curve) : signature.length === modulusLength(key);
  return wellFormed && crypto.verifySignature(scheme, signer.der, data, signature) ? 'valid' : 'invalid';
}

/** k, the length of the modulus and of every signature in octets (RFC 8017 §8.2.2 step 1); 0 for other keys. */
export function modulusLength(key: PublicKeyFacts): number {
  return key.type === 'rsa' ? Math.ceil(key.modulusBits / 8) : 0;
}
