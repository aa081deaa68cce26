import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A private key with what certificates say about it. Decoded when first used: start-up reads no key. */
export interface SigningKey {
  readonly name: string;
  readonly pem: string;
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** SHA-1 of the subjectPublicKey's bits (RFC 5280 §4.2.1.2 (1)); also OCSP's issuerKeyHash with SHA-1. */
  readonly keyIdentifier: Uint8Array;
  readonly type: 'rsa' | 'ec';
}

export function signingKey(name: string, pem: string): SigningKey {
  const once = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const privateKey = once(() => createPrivateKey(pem));
  const spki = once(() => new Uint8Array(createPublicKey(privateKey()).export({ format: 'der', type: 'spki' })));
  const keyIdentifier = once(() => keyHash(spki(), 'sha1'));
  return {
    name,
    pem,
    get privateKey() {
      return privateKey();
    },
    get spki() {
      return spki();
    },
    get keyIdentifier() {
      return keyIdentifier();
    },
    get type() {
      return privateKey().asymmetricKeyType === 'ec' ? 'ec' : 'rsa';
    },
  };
}

/** Hash of the subjectPublicKey's bits, without tag, length and unused bits (RFC 6960 §4.1.1). */
export function keyHash(spki: Uint8Array, hash: 'sha1' | 'sha256'): Uint8Array {
  return createHash(hash).update(subjectPublicKeyBits(spki)).digest();
}

function subjectPublicKeyBits(spki: Uint8Array): Uint8Array {
  const outer = lengthAt(spki, 1);
  const algorithm = lengthAt(spki, outer.next + 1);
  const key = lengthAt(spki, algorithm.next + algorithm.length + 1);
  return spki.subarray(key.next + 1, key.next + key.length);
}

function lengthAt(bytes: Uint8Array, at: number): { length: number; next: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { length: first, next: at + 1 };
  let length = 0;
  for (let i = 1; i <= (first & 0x7f); i++) length = length * 256 + (bytes[at + i] ?? 0);
  return { length, next: at + 1 + (first & 0x7f) };
}
