import { type AuditLine, hashAuditLine } from '../audit/audit-line.ts';
import { keyIdOf, verifySeal } from '../audit/seal.ts';
import { decodeSeal } from '../audit/seal-text.ts';
import type { TrailCrypto } from '../audit/trail.ts';
import { verifyInclusion } from '../audit/verify-inclusion.ts';
import type { AuditLineDocument } from './package-entries.ts';

/** Strict base64, the platform's; undefined for what is none. */
export type DecodeBase64 = (text: string) => Uint8Array | undefined;

/** A line that is shown to have been sealed, and by which key at what time. */
export interface SealedLine {
  readonly line: AuditLine;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly sealedAt: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const SALT_OCTETS = 16;
const MOST_ACTS = 0xffffffff;

/** Leaf, path, root, signature: undefined where any of them does not hold. The key is one that the package brought. */
export function verifyAuditLine(
  { line, position, path, seal, publicKey }: AuditLineDocument,
  decodeBase64: DecodeBase64,
  crypto: TrailCrypto,
): SealedLine | undefined {
  const salt = decodeBase64(line.salt);
  const spki = decodeBase64(publicKey);
  const decoded = decodeSeal(seal, decodeBase64);
  const hashes = path.map(decodeHash);
  if (salt?.length !== SALT_OCTETS || spki === undefined || decoded === undefined) return undefined;
  if (!UUID.test(line.tenantId) || line.count < 0 || line.count > MOST_ACTS) return undefined;
  const at = Date.parse(line.at);
  if (at < 0 || hashes.includes(undefined)) return undefined;
  const told: AuditLine = { ...line, at, salt };
  const inclusion = {
    leaf: hashAuditLine(crypto.sha256, told),
    ...{ index: position, treeSize: decoded.treeSize, root: decoded.root },
    path: hashes.flatMap((hash) => hash ?? []),
  };
  if (!verifyInclusion(crypto.sha256, inclusion) || !verifySeal(crypto, decoded, spki)) return undefined;
  return { line: told, keyId: keyIdOf(crypto.sha256, spki), publicKey: spki, sealedAt: decoded.sealedAt };
}

function decodeHash(text: string): Uint8Array | undefined {
  if (!HASH.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}
