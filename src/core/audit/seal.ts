import { concatBytes, equalBytes, toHex } from '../bytes.ts';
import type { Instant } from '../instant.ts';
import { writeOctets } from './octets.ts';
import { HASH_OCTETS, type Sha256 } from './sha256.ts';

/** What is signed of one batch of audit lines: its tree, and the seal before it. */
export interface UnsignedSeal {
  /** 1, 2, 3 … without a gap. */
  readonly batch: number;
  readonly treeSize: number;
  readonly root: Uint8Array;
  /** hashSeal of the batch before; zeros before the first. */
  readonly previous: Uint8Array;
  /** Never before that of the batch before. */
  readonly sealedAt: Instant;
  /** SHA-256 of the public key's SPKI, lower-case hexadecimal: the seal names its key beyond doubt. */
  readonly keyId: string;
}

export interface AuditSeal extends UnsignedSeal {
  /** Ed25519 over encodeSeal. */
  readonly signature: Uint8Array;
}

/** Ed25519 (RFC 8032), handed in; false for what cannot be read. */
export type VerifyEd25519 = (spki: Uint8Array, data: Uint8Array, signature: Uint8Array) => boolean;

export const ED25519_OCTETS = 64;

/** `previous` of batch 1. */
export const NO_SEAL = new Uint8Array(HASH_OCTETS);

const CONTEXT = Array.from('jpki-verifier audit seal v1\n', (letter) => letter.charCodeAt(0));

/** The octets that are signed: a context of their own, then fields of fixed length. */
export function encodeSeal(seal: UnsignedSeal): Uint8Array {
  return writeOctets((writer) => {
    for (const octet of CONTEXT) writer.uint8(octet);
    writer.uint64(seal.batch);
    writer.uint64(seal.treeSize);
    writer.octets(seal.root, HASH_OCTETS);
    writer.octets(seal.previous, HASH_OCTETS);
    writer.uint64(seal.sealedAt);
    writer.text(seal.keyId);
  });
}

/** What the next seal holds of this one. */
export function hashSeal(sha256: Sha256, seal: AuditSeal): Uint8Array {
  return sha256(concatBytes(encodeSeal(seal), seal.signature));
}

/** keyId of a public key. */
export const keyIdOf = (sha256: Sha256, spki: Uint8Array): string => toHex(sha256(spki));

/** Is the seal signed by this key, and the key the one that it names? */
export function verifySeal(
  { sha256, verifyEd25519 }: { readonly sha256: Sha256; readonly verifyEd25519: VerifyEd25519 },
  seal: AuditSeal,
  spki: Uint8Array,
): boolean {
  return keyIdOf(sha256, spki) === seal.keyId && verifyEd25519(spki, encodeSeal(seal), seal.signature);
}

export function isSameSeal(a: AuditSeal, b: AuditSeal): boolean {
  return equalBytes(encodeSeal(a), encodeSeal(b)) && equalBytes(a.signature, b.signature);
}
