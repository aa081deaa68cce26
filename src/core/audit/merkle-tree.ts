import { concatBytes } from '../bytes.ts';
import { HASH_OCTETS, type Sha256 } from './sha256.ts';

/** RFC 6962 §2.1: leaves and nodes are hashed behind different octets, so that neither passes for the other. */
export const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Leaf hashes of a tree one behind the other, 32 octets each, in the order of the tree. */
export type PackedHashes = Uint8Array;

export function hashLeaf(sha256: Sha256, data: Uint8Array): Uint8Array {
  return sha256(concatBytes(new Uint8Array([LEAF_PREFIX]), data));
}

export function hashNode(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(new Uint8Array([NODE_PREFIX]), left, right));
}

export const countHashes = (hashes: PackedHashes): number => hashes.length / HASH_OCTETS;

export function hashAt(hashes: PackedHashes, index: number): Uint8Array {
  return hashes.subarray(index * HASH_OCTETS, (index + 1) * HASH_OCTETS);
}

/** Merkle Tree Hash of RFC 6962 §2.1, over leaf hashes; of no leaves, the hash of nothing. */
export function buildRoot(sha256: Sha256, leaves: PackedHashes): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  while (level.length > HASH_OCTETS) level = buildLevelAbove(sha256, level);
  return Uint8Array.from(level);
}

/**
 * PATH(m, D[n]) of RFC 6962 §2.1.1: the hashes that lead from a leaf to the root, the lowest first. Undefined for a leaf
 * that the tree does not have.
 */
export function buildInclusionProof(sha256: Sha256, leaves: PackedHashes, index: number): Uint8Array[] | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= countHashes(leaves)) return undefined;
  const path: Uint8Array[] = [];
  let level = leaves;
  for (let at = index; level.length > HASH_OCTETS; at >>>= 1, level = buildLevelAbove(sha256, level)) {
    const sibling = at ^ 1;
    if (sibling < countHashes(level)) path.push(Uint8Array.from(hashAt(level, sibling)));
  }
  return path;
}

/**
 * Neighbours are joined, one left over rises as it is: this is the tree of RFC 6962, whose left part is always the greatest
 * power of two below the number of leaves.
 */
function buildLevelAbove(sha256: Sha256, level: PackedHashes): PackedHashes {
  const count = countHashes(level);
  const above = new Uint8Array(Math.ceil(count / 2) * HASH_OCTETS);
  const input = new Uint8Array(1 + 2 * HASH_OCTETS);
  input[0] = NODE_PREFIX;
  for (let i = 0; 2 * i < count; i++) {
    const isAlone = 2 * i + 1 === count;
    if (!isAlone) input.set(level.subarray(2 * i * HASH_OCTETS, 2 * (i + 1) * HASH_OCTETS), 1);
    above.set(isAlone ? hashAt(level, 2 * i) : sha256(input), i * HASH_OCTETS);
  }
  return above;
}
