import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildInclusionProof,
  buildRoot,
  countHashes,
  hashAt,
  hashLeaf,
  hashNode,
} from '../../../src/core/audit/merkle-tree.ts';
import { verifyInclusion } from '../../../src/core/audit/verify-inclusion.ts';
import { concatBytes, toHex } from '../../../src/core/bytes.ts';
import { sha256 } from './crypto.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const pack = (inputs: readonly Uint8Array[]) => concatBytes(...inputs.map((input) => hashLeaf(sha256, input)));

/** RFC 6962 §2.1 word for word. */
function naiveRoot(inputs: readonly Uint8Array[]): Uint8Array {
  if (inputs.length === 0) return sha256(new Uint8Array());
  if (inputs.length === 1) return sha256(concatBytes(new Uint8Array([0]), inputs[0] as Uint8Array));
  const k = greatestPowerBelow(inputs.length);
  return sha256(concatBytes(new Uint8Array([1]), naiveRoot(inputs.slice(0, k)), naiveRoot(inputs.slice(k))));
}

/** RFC 6962 §2.1.1 word for word. */
function naivePath(m: number, inputs: readonly Uint8Array[]): Uint8Array[] {
  if (inputs.length === 1) return [];
  const k = greatestPowerBelow(inputs.length);
  if (m < k) return [...naivePath(m, inputs.slice(0, k)), naiveRoot(inputs.slice(k))];
  return [...naivePath(m - k, inputs.slice(k)), naiveRoot(inputs.slice(0, k))];
}

const greatestPowerBelow = (n: number) => 2 ** Math.floor(Math.log2(n - 1));

/** The tree that Certificate Transparency's own tests hold: its leaves, and the root of the first n. */
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const CT_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('vectors of Certificate Transparency (RFC 6962)', () => {
  it.each(CT_ROOTS.map((root, size) => [size, root] as const))('%d leaves', (size, root) => {
    expect(toHex(buildRoot(sha256, pack(CT_LEAVES.slice(0, size).map(hex))))).toBe(root);
  });

  const RIGHT = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
  const LEFT = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
  it.each([
    [0, 1, []],
    [0, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', LEFT, RIGHT]],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        CT_ROOTS[4],
      ],
    ],
    [2, 3, [CT_ROOTS[2]]],
    [1, 5, [CT_ROOTS[1], LEFT, 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
  ])('the path of leaf %d of %d', (index, size, path) => {
    const leaves = pack(CT_LEAVES.slice(0, size).map(hex));
    expect(buildInclusionProof(sha256, leaves, index)?.map(toHex)).toEqual(path);
  });
});

const inputs = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 });

describe('against the definition', () => {
  it('has its roots and paths', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (data, pick) => {
        const leaves = pack(data);
        const index = pick % data.length;
        expect(toHex(buildRoot(sha256, leaves))).toBe(toHex(naiveRoot(data)));
        expect(buildInclusionProof(sha256, leaves, index)?.map(toHex)).toEqual(naivePath(index, data).map(toHex));
      }),
    );
  });

  it('proves each leaf, and no other place, size, leaf, path or root', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), fc.nat(), (data, pick, other) => {
        const leaves = pack(data);
        const index = pick % data.length;
        const path = buildInclusionProof(sha256, leaves, index) as Uint8Array[];
        const leaf = hashAt(leaves, index);
        const proof = { leaf, index, treeSize: data.length, path, root: buildRoot(sha256, leaves) };
        expect(verifyInclusion(sha256, proof)).toBe(true);
        const flipped = (hash: Uint8Array) => hash.map((octet, n) => (n === other % 32 ? octet ^ 1 : octet));
        expect(verifyInclusion(sha256, { ...proof, leaf: flipped(leaf) })).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, root: flipped(proof.root) })).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, path: [...path, leaf] })).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, index: data.length })).toBe(false);
        if (path.length > 0) {
          const at = other % path.length;
          expect(verifyInclusion(sha256, { ...proof, path: path.filter((_hash, n) => n !== at) })).toBe(false);
          const altered = path.map((hash, n) => (n === at ? flipped(hash) : hash));
          expect(verifyInclusion(sha256, { ...proof, path: altered })).toBe(false);
          const elsewhere = (index + 1 + (other % (data.length - 1))) % data.length;
          const isSameLeaf = Buffer.from(hashAt(leaves, elsewhere)).equals(leaf);
          if (!isSameLeaf) expect(verifyInclusion(sha256, { ...proof, index: elsewhere })).toBe(false);
        }
      }),
    );
  });
});

it('takes no node for a leaf: a tree of two is none of one', () => {
  const leaves = pack([hex('01'), hex('02')]);
  const root = buildRoot(sha256, leaves);
  expect(verifyInclusion(sha256, { leaf: root, index: 0, treeSize: 1, path: [], root })).toBe(true); // the claim itself
  expect(toHex(hashLeaf(sha256, leaves))).not.toBe(toHex(root));
  expect(toHex(hashNode(sha256, hashAt(leaves, 0), hashAt(leaves, 1)))).toBe(toHex(root));
  expect(countHashes(leaves)).toBe(2);
});

it.each([-1, 2, 0.5, Number.NaN])('has no path for leaf %d of two', (index) => {
  expect(buildInclusionProof(sha256, pack([hex('01'), hex('02')]), index)).toBeUndefined();
});

it.each([
  { treeSize: 0, index: 0 },
  { treeSize: 2 ** 31, index: 0 },
  { treeSize: 1.5, index: 0 },
  { treeSize: 1, index: -1 },
  { treeSize: Number.NaN, index: 0 },
])('proves nothing of an impossible place: %p', (place) => {
  const leaf = hashLeaf(sha256, hex('01'));
  expect(verifyInclusion(sha256, { leaf, path: [], root: leaf, ...place })).toBe(false);
});

it('proves nothing with a hash of another length', () => {
  const leaf = hashLeaf(sha256, hex('01')).subarray(1);
  expect(verifyInclusion(sha256, { leaf, index: 0, treeSize: 1, path: [], root: leaf })).toBe(false);
});
