import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { takeRandom } from '../random.ts';
import { VaultError } from './vault.ts';

/**
 * AES-256-GCM. Format: version (1 octet), key version (2), nonce (12, random), tag (16), body. The first two are
 * authenticated with the rest. Random nonces of 96 bits are good for 2^32 messages per key. Version 1: under a key of a
 * tenant and purpose, or of the deployment; 2: under the one key of the record that the field is of.
 */
const FORMAT = { versionedKey: 1, recordKey: 2 };
const NO_VERSION = 0;
const HEADER_OCTETS = 3;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const OVERHEAD_OCTETS = HEADER_OCTETS + NONCE_OCTETS + TAG_OCTETS;

export function seal(key: KeyObject, keyVersion: number, authenticated: Uint8Array, plaintext: Uint8Array): Buffer {
  return encrypt(key, [FORMAT.versionedKey, keyVersion >> 8, keyVersion & 0xff], authenticated, plaintext);
}

export function sealInRecord(key: KeyObject, authenticated: Uint8Array, plaintext: Uint8Array): Buffer {
  return encrypt(key, [FORMAT.recordKey, NO_VERSION, NO_VERSION], authenticated, plaintext);
}

/** Was it sealed under the key of a record? Believes nothing else of it yet. */
export const isSealedInRecord = (ciphertext: Uint8Array): boolean => ciphertext[0] === FORMAT.recordKey;

function encrypt(key: KeyObject, head: readonly number[], authenticated: Uint8Array, plaintext: Uint8Array): Buffer {
  const header = Buffer.from(head);
  const nonce = takeRandom(NONCE_OCTETS);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_OCTETS });
  cipher.setAAD(Buffer.concat([header, authenticated]));
  const body = cipher.update(plaintext);
  const rest = cipher.final(); // before the tag is asked for; empty, in this mode
  return Buffer.concat([header, nonce, cipher.getAuthTag(), body, rest]);
}

/** `keyOf` gives the key of a version, or undefined. Throws VaultError on any alteration. */
export function unseal(
  keyOf: (keyVersion: number) => KeyObject | undefined,
  authenticated: Uint8Array,
  ciphertext: Uint8Array,
): Buffer {
  const octets = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
  if (octets.length < OVERHEAD_OCTETS || octets[0] !== FORMAT.versionedKey) throw altered();
  return decrypt(keyOf(octets.readUInt16BE(1)), authenticated, octets);
}

/** Throws VaultError on any alteration. */
export function unsealInRecord(key: KeyObject, authenticated: Uint8Array, ciphertext: Uint8Array): Buffer {
  const octets = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
  if (octets.length < OVERHEAD_OCTETS || octets[0] !== FORMAT.recordKey) throw altered();
  return decrypt(key, authenticated, octets);
}

function decrypt(key: KeyObject | undefined, authenticated: Uint8Array, octets: Buffer): Buffer {
  if (key === undefined) throw altered();
  const header = octets.subarray(0, HEADER_OCTETS);
  const nonce = octets.subarray(HEADER_OCTETS, HEADER_OCTETS + NONCE_OCTETS);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_OCTETS });
  decipher.setAAD(Buffer.concat([header, authenticated]));
  decipher.setAuthTag(octets.subarray(HEADER_OCTETS + NONCE_OCTETS, OVERHEAD_OCTETS));
  try {
    return Buffer.concat([decipher.update(octets.subarray(OVERHEAD_OCTETS)), decipher.final()]);
  } catch {
    throw altered();
  }
}

const altered = (): VaultError =>
  new VaultError('a stored value is not what was stored there: altered, moved, or sealed under another key');
