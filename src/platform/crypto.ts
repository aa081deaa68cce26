import { constants, createPublicKey, hash, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import type { CryptoPrimitives, HashAlgorithm, SignatureScheme } from '../core/crypto.ts';

const NODE_NAME: Readonly<Record<HashAlgorithm, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

interface ReadyKey {
  /** Of the octets: stays what it is when a caller writes over the buffer that they stood in. */
  readonly base64: string;
  readonly key: KeyObject;
  readonly type: KeyObject['asymmetricKeyType'];
}

/** Keys of CAs and responders come again with every verification; these are few, and a stranger's pushes out at most one. */
const MAX_READY_KEYS = 16;

/**
 * Used last, stands first. No Map: one that is always added to and deleted from leaves its former tables behind, each of
 * which holds the keys of its time and the next table, so that what is short-lived is kept until the next full collection.
 */
const readyKeys: ReadyKey[] = [];

function readKey(spki: Uint8Array): ReadyKey {
  const base64 = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('base64');
  const place = readyKeys.findIndex((ready) => ready.base64 === base64);
  const ready = readyKeys[place] ?? importKey(base64);
  const last = place >= 0 ? place : Math.min(readyKeys.length, MAX_READY_KEYS - 1);
  for (let i = last; i > 0; i--) readyKeys[i] = readyKeys[i - 1] as ReadyKey;
  readyKeys[0] = ready;
  return ready;
}

function importKey(base64: string): ReadyKey {
  const key = createPublicKey(encodePem(base64));
  return { base64, key, type: key.asymmetricKeyType };
}

const LINE = 64;

/** RFC 7468 §13. node:crypto throws and catches an error for each key that comes as an object: text costs it half the time. */
function encodePem(base64: string): string {
  let lines = '';
  for (let i = 0; i < base64.length; i += LINE) lines += `${base64.slice(i, i + LINE)}\n`;
  return `-----BEGIN PUBLIC KEY-----\n${lines}-----END PUBLIC KEY-----\n`;
}

function verifyWithKey(
  scheme: SignatureScheme,
  { key, type }: ReadyKey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const hash = NODE_NAME[scheme.hash];
  switch (scheme.scheme) {
    case 'rsassa-pkcs1-v1_5':
      if (type !== 'rsa') return false;
      // The padding of an RSA key that is given alone.
      return verify(hash, data, key, signature);
    case 'rsassa-pss': {
      // node:crypto masks with the hash of the message and offers no other.
      if (type !== 'rsa' || scheme.mgfHash !== scheme.hash) return false;
      const { saltLength } = scheme;
      return verify(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    }
    case 'ecdsa':
      // Of an EC key given alone, Ecdsa-Sig-Value.
      return type === 'ec' && verify(hash, data, key, signature);
  }
}

/** The primitives of the core over node:crypto (OpenSSL). */
export const nodeCrypto: CryptoPrimitives = {
  digest(algorithm, data) {
    const { buffer, byteOffset, length } = hash(NODE_NAME[algorithm], data, 'buffer');
    return new Uint8Array(buffer, byteOffset, length);
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
      const { key, type } = readKey(spki);
      if (type !== 'rsa') return undefined;
      return new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature));
    } catch {
      // Not as long as the modulus, or not below it.
      return undefined;
    }
  },
};
