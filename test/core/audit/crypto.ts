import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { keyIdOf } from '../../../src/core/audit/seal.ts';
import type { Sha256 } from '../../../src/core/audit/sha256.ts';

export const sha256: Sha256 = (data) => new Uint8Array(createHash('sha256').update(data).digest());

export const crypto = {
  sha256,
  verifyEd25519: (spki: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean => {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return verify(null, data, key, signature);
  },
};

/** A fresh key that signs seals. */
export function newSealKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return {
    keyId: keyIdOf(sha256, spki),
    spki,
    sign: (data: Uint8Array) => new Uint8Array(sign(null, data, privateKey)),
  };
}
