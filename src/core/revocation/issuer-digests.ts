import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives, HashAlgorithm } from '../crypto.ts';
import type { SubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';

interface Digests {
  readonly ofKey: Uint8Array;
  /** Of the name that was asked for last, and the name: a copy, which holds no certificate. */
  name: Uint8Array | undefined;
  ofName: Uint8Array | undefined;
}

/** CAs and responders come again with every certificate: each of their keys, while it is held, is digested once. */
const known = new WeakMap<SubjectPublicKeyInfo, Map<HashAlgorithm, Digests>>();

/** KeyHash (RFC 6960 §4.2.1): over the contents of subjectPublicKey. */
export function digestKey(key: SubjectPublicKeyInfo, algorithm: HashAlgorithm, crypto: CryptoPrimitives): Uint8Array {
  return digestsOf(key, algorithm, crypto).ofKey;
}

/** Of the DER of a name that goes with the key. */
export function digestName(
  name: Uint8Array,
  key: SubjectPublicKeyInfo,
  algorithm: HashAlgorithm,
  crypto: CryptoPrimitives,
): Uint8Array {
  const digests = digestsOf(key, algorithm, crypto);
  if (digests.name !== undefined && digests.ofName !== undefined && equalBytes(digests.name, name))
    return digests.ofName;
  digests.name = new Uint8Array(name);
  digests.ofName = crypto.digest(algorithm, name);
  return digests.ofName;
}

function digestsOf(key: SubjectPublicKeyInfo, algorithm: HashAlgorithm, crypto: CryptoPrimitives): Digests {
  const ofThisKey = known.get(key) ?? new Map<HashAlgorithm, Digests>();
  const before = ofThisKey.get(algorithm);
  if (before !== undefined) return before;
  const digests: Digests = {
    ofKey: crypto.digest(algorithm, key.subjectPublicKey),
    name: undefined,
    ofName: undefined,
  };
  ofThisKey.set(algorithm, digests);
  known.set(key, ofThisKey);
  return digests;
}
