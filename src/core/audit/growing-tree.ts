import { hashNode } from './merkle-tree.ts';
import type { Sha256 } from './sha256.ts';

/** A tree of RFC 6962 §2.1 that leaves are added to, its root known after each: it keeps one hash a level. */
export interface GrowingTree {
  append(leaf: Uint8Array): void;
  /** Of no leaves, the hash of nothing. */
  root(): Uint8Array;
}

export function createGrowingTree(sha256: Sha256): GrowingTree {
  /** Roots of perfect trees, the greatest first, no two of one size: the binary digits of the number of leaves. */
  const perfect: { readonly size: number; readonly hash: Uint8Array }[] = [];
  return {
    append(leaf) {
      let added = { size: 1, hash: leaf };
      for (let last = perfect.at(-1); last?.size === added.size; last = perfect.at(-1)) {
        added = { size: 2 * added.size, hash: hashNode(sha256, last.hash, added.hash) };
        perfect.pop();
      }
      perfect.push(added);
    },
    root: () =>
      perfect.length === 0
        ? sha256(new Uint8Array())
        : perfect.map(({ hash }) => hash).reduceRight((right, left) => hashNode(sha256, left, right)),
  };
}
