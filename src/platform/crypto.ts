import { constants, createHash, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { equalBytes } from '../core/bytes.ts';
import type { CryptoPrimitives, HashAlgorithm, SignatureScheme } from '../core/crypto.ts';

const NODE_NAME: Readonly<Record<HashAlgorithm, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

interface ReadyKey {
  readonly octets: Uint8Array;
  readonly key: KeyObject;
}

/**
 * Keys that are ready for use, each for as long as the certificate that it came from is held: a trust anchor's stays, a
 * stranger's goes with the request, so one-off keys neither push others out nor add up. The octets are kept and compared,
 * for the case that a caller writes over the buffer that the view looks at.
 */
const readyKeys = new WeakMap<Uint8Array, ReadyKey>();

function readKey(spki: Uint8Array): KeyObject {
  const ready = readyKeys.get(spki);
  if (ready !== undefined && equalBytes(ready.octets, spki)) return ready.key;
  const octets = Buffer.from(spki);
  const key = createPublicKey(encodePem(octets));
  readyKeys.set(spki, { octets, key });
  return key;
}

/** RFC 7468 §13. node:crypto throws and catches an error for each key that comes as an object: text costs it half the time. */
const encodePem = (spki: Buffer): string =>
  `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;

function verifyWithKey(scheme: SignatureScheme, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const hash = NODE_NAME[scheme.hash];
  switch (scheme.scheme) {
    case 'rsassa-pkcs1-v1_5':
      if (key.asymmetricKeyType !== 'rsa') return false;
      // The padding of an RSA key that is given alone.
      return verify(hash, data, key, signature);
    case 'rsassa-pss': {
      // node:crypto masks with the hash of the message and offers no other.
      if (key.asymmetricKeyType !== 'rsa' || scheme.mgfHash !== scheme.hash) return false;
      const { saltLength } = scheme;
      return verify(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    }
    case 'ecdsa':
      // Of an EC key given alone, Ecdsa-Sig-Value.
      return key.asymmetricKeyType === 'ec' && verify(hash, data, key, signature);
  }
}

/** The primitives of the core over node:crypto (OpenSSL). */
export const nodeCrypto: CryptoPrimitives = {
  digest(algorithm, data) {
    return new Uint8Array(createHash(NODE_NAME[algorithm]).update(data).digest());
  },

  verifySignature(scheme, spki, data, signature) {
    try {
      return verifyWithKey(scheme, readKey(spki), data, signature);
    } catch {
      // A key or signature that OpenSSL cannot read verifies nothing.
      return false;
    }
  },

  recoverRsa(spki, signature) {
    try {
      const key = readKey(spki);
      if (key.asymmetricKeyType !== 'rsa') return undefined;
      return new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature));
    } catch {
      // Not as long as the modulus, or not below it.
      return undefined;
    }
  },
};
