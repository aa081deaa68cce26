import { encodeBase64 } from '../base64.ts';
import { toHex } from '../bytes.ts';
import { formatInstant } from '../rfc3339.ts';
import { type AuditSeal, ED25519_OCTETS } from './seal.ts';
import { HASH_OCTETS } from './sha256.ts';

/** A seal as the API and files show it; one line of a file of seals. */
export interface SealDocument {
  readonly version: 1;
  readonly batch: number;
  readonly treeSize: number;
  /** Lower-case hexadecimal, as are the other hashes. */
  readonly root: string;
  readonly previous: string;
  readonly sealedAt: string;
  readonly keyId: string;
  /** base64 */
  readonly signature: string;
}

export function describeSeal(seal: AuditSeal): SealDocument {
  return {
    version: 1,
    batch: seal.batch,
    treeSize: seal.treeSize,
    root: toHex(seal.root),
    previous: toHex(seal.previous),
    sealedAt: formatInstant(seal.sealedAt),
    keyId: seal.keyId,
    signature: encodeBase64(seal.signature),
  };
}

/** Undefined for what is no such document. `decodeBase64` is the platform's. */
export function decodeSeal(
  document: unknown,
  decodeBase64: (text: string) => Uint8Array | undefined,
): AuditSeal | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { version, batch, treeSize, root, previous, sealedAt, keyId, signature } = document as Partial<SealDocument>;
  const hashes = [root, previous, keyId].map(decodeHash);
  const at = typeof sealedAt === 'string' ? Date.parse(sealedAt) : Number.NaN;
  const octets = typeof signature === 'string' ? decodeBase64(signature) : undefined;
  if (version !== 1 || !isNumber(batch) || !isNumber(treeSize) || !isNumber(at)) return undefined;
  if (hashes[0] === undefined || hashes[1] === undefined || hashes[2] === undefined) return undefined;
  if (octets?.length !== ED25519_OCTETS || formatInstant(at) !== sealedAt) return undefined;
  return {
    ...{ batch, treeSize, root: hashes[0], previous: hashes[1] },
    ...{ sealedAt: at, keyId: keyId as string, signature: octets },
  };
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function decodeHash(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !/^[0-9a-f]+$/.test(text) || text.length !== 2 * HASH_OCTETS) return undefined;
  return Uint8Array.from({ length: HASH_OCTETS }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}
