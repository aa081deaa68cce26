import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** The floors: what node:crypto alone takes. */

export function importKey(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki.buffer, spki.byteOffset, spki.length), format: 'der', type: 'spki' });
}

export function verifyRs256(key: KeyObject, data: Uint8Array, signature: Uint8Array): void {
  if (!verify('sha256', data, key, signature)) throw new Error('the signature does not verify');
}
