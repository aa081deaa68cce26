import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createGrowingTree } from '../../../src/core/audit/growing-tree.ts';
import { buildRoot } from '../../../src/core/audit/merkle-tree.ts';
import {
  createSealGroups,
  encodeStampedSeals,
  groupOf,
  imprintOf,
  proveSeal,
} from '../../../src/core/audit/seal-timestamp.ts';
import { verifyInclusion } from '../../../src/core/audit/verify-inclusion.ts';
import { concatBytes, toHex } from '../../../src/core/bytes.ts';
import { sha256 } from './crypto.ts';
import { sealHash } from './timestamps.ts';

const ROOT = new Uint8Array(32).fill(7);
const stamped = { number: 3, firstBatch: 5, lastBatch: 9, sealsRoot: ROOT, timestampsRoot: ROOT };
const hashes = (first: number, count: number) => Array.from({ length: count }, (_, n) => sealHash(first + n));

describe('a tree that grows', () => {
  it('has at every size the root that RFC 6962 gives', () => {
    const tree = createGrowingTree(sha256);
    for (let size = 0; size < 70; size++) {
      expect(toHex(tree.root())).toBe(toHex(buildRoot(sha256, concatBytes(...hashes(0, size)))));
      tree.append(sealHash(size));
    }
  });
});

describe('what is stamped', () => {
  it('begins with a context of its own, and then has fields of fixed length', () => {
    const octets = encodeStampedSeals(stamped);
    expect(Buffer.from(octets).toString('latin1')).toMatch(/^jpki-verifier seal timestamp v1\n/);
    expect(octets.length).toBe(32 + 3 * 8 + 2 * 32);
    expect(toHex(imprintOf(sha256, stamped))).toBe(toHex(sha256(octets)));
  });

  it.each([
    { number: 4 },
    { firstBatch: 4 },
    { lastBatch: 10 },
    { sealsRoot: new Uint8Array(32) },
    { timestampsRoot: new Uint8Array(32) },
  ])('is another when anything is: %j', (change) => {
    expect(toHex(imprintOf(sha256, { ...stamped, ...change }))).not.toBe(toHex(imprintOf(sha256, stamped)));
  });
});

describe('groups of seals', () => {
  it('make the same root and the same proofs as the whole tree, at any size and place', () => {
    const sizes = fc.integer({ min: 1, max: 1_100 });
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 1, max: 600 }), (count, place, firstBatch) => {
        const all = hashes(firstBatch, count);
        const groups = createSealGroups(sha256);
        for (const one of all) groups.append(one);
        const root = buildRoot(sha256, concatBytes(...all));
        expect(toHex(groups.root())).toBe(toHex(root));
        const seals = { ...stamped, firstBatch, lastBatch: firstBatch + count - 1, sealsRoot: root };
        const batch = firstBatch + (place % count);
        const { from, to } = groupOf(seals, batch);
        const group = concatBytes(...all.slice(from - firstBatch, to - firstBatch + 1));
        const path = proveSeal(sha256, seals, batch, group, groups.nodes());
        const inclusion = { leaf: sealHash(batch), index: batch - firstBatch, treeSize: count, path: path ?? [], root };
        expect(verifyInclusion(sha256, inclusion)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [5, 5, 260],
    [260, 5, 260],
    [261, 261, 300],
    [300, 261, 300],
  ])('batch %i of 5 to 300 is in that of %i to %i', (batch, from, to) => {
    expect(groupOf({ ...stamped, lastBatch: 300 }, batch)).toEqual({ from, to });
  });

  it('prove nothing with nodes that are not as many as the groups', () => {
    expect(proveSeal(sha256, stamped, 6, concatBytes(...hashes(5, 5)), new Uint8Array())).toBeUndefined();
  });
});
