import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { keyIdOf, type VerifyEd25519 } from '../core/audit/seal.ts';
import type { Sha256 } from '../core/audit/sha256.ts';

/** Signs seals. */
export interface AuditSigner {
  readonly keyId: string;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  sign(octets: Uint8Array): Uint8Array;
}

const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

const verifyEd25519: VerifyEd25519 = (spki, data, signature) => {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' && verify(null, data, key, signature);
  } catch {
    return false; // what OpenSSL cannot read verifies nothing
  }
};

/** What the core's audit code asks for, over node:crypto. */
export const auditCrypto = { sha256, verifyEd25519 };

/** A new signer with its private key, DER PKCS #8: to be sealed by the vault, and written over by whoever sealed it. */
export function generateAuditSigner(): { readonly signer: AuditSigner; readonly privateKey: Buffer } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { signer: signerOf(privateKey), privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

export function openAuditSigner(privateKey: Buffer): AuditSigner {
  return signerOf(createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }));
}

function signerOf(privateKey: KeyObject): AuditSigner {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { keyId: keyIdOf(sha256, publicKey), publicKey, sign: (octets) => sign(null, octets, privateKey) };
}
