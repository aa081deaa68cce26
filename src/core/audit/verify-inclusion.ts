import { equalBytes } from '../bytes.ts';
import { hashNode } from './merkle-tree.ts';
import { HASH_OCTETS, type Sha256 } from './sha256.ts';

export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly treeSize: number;
  /** The lowest first. */
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** RFC 9162 §2.1.3.2. A tree has fewer than 2^31 leaves. */
export function verifyInclusion(sha256: Sha256, { leaf, index, treeSize, path, root }: Inclusion): boolean {
  if (!isCount(treeSize) || !isCount(index) || index >= treeSize) return false;
  if (![leaf, root, ...path].every((hash) => hash.length === HASH_OCTETS)) return false;
  let fn = index;
  let sn = treeSize - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = hashNode(sha256, sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn >>>= 1;
        sn >>>= 1;
      }
    } else {
      hash = hashNode(sha256, hash, sibling);
    }
    fn >>>= 1;
    sn >>>= 1;
  }
  return sn === 0 && equalBytes(hash, root);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 31;
