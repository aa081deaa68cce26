import { concatBytes } from '../bytes.ts';
import { buildInclusionProof, buildRoot, countHashes, type PackedHashes } from './merkle-tree.ts';
import { writeOctets } from './octets.ts';
import { HASH_OCTETS, type Sha256 } from './sha256.ts';

/**
 * What one RFC 3161 token of the chain is over: the seals since the token before, and every token before. As RFC 4998 §5.2
 * has it, a later token renews all earlier ones; the trees let one seal be followed to any of them by a few hashes.
 */
export interface StampedSeals {
  /** 1, 2, 3 … without a gap. */
  readonly number: number;
  /** One more than `lastBatch` of the one before; 1 in the first. */
  readonly firstBatch: number;
  readonly lastBatch: number;
  /** Over hashSeal of each of these batches (RFC 6962). */
  readonly sealsRoot: Uint8Array;
  /** Over the SHA-256 of each earlier token; of the first one, the hash of nothing. */
  readonly timestampsRoot: Uint8Array;
}

export interface SealTimestamp extends StampedSeals {
  /** DER TimeStampToken. */
  readonly token: Uint8Array;
}

const CONTEXT = Array.from('jpki-verifier seal timestamp v1\n', (letter) => letter.charCodeAt(0));

/** The octets whose SHA-256 a timestamp authority is shown: a context of their own, then fields of fixed length. */
export function encodeStampedSeals(stamped: StampedSeals): Uint8Array {
  return writeOctets((writer) => {
    for (const octet of CONTEXT) writer.uint8(octet);
    writer.uint64(stamped.number);
    writer.uint64(stamped.firstBatch);
    writer.uint64(stamped.lastBatch);
    writer.octets(stamped.sealsRoot, HASH_OCTETS);
    writer.octets(stamped.timestampsRoot, HASH_OCTETS);
  });
}

/** messageImprint of the token, SHA-256. */
export const imprintOf = (sha256: Sha256, stamped: StampedSeals): Uint8Array => sha256(encodeStampedSeals(stamped));

export const countSeals = ({ firstBatch, lastBatch }: StampedSeals): number => lastBatch - firstBatch + 1;

/** So many seals share a node that is kept: a proof reads one group, not all seals of a busy day. A power of two. */
const GROUP_SIZE = 256;

/** Roots of the groups of seals of one timestamp, and of them the root of all: the pairs of the tree are the same. */
export interface SealGroups {
  append(sealHash: Uint8Array): void;
  /** One hash a group, the last perhaps of fewer seals. */
  nodes(): PackedHashes;
  root(): Uint8Array;
  size(): number;
}

export function createSealGroups(sha256: Sha256): SealGroups {
  const done: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let count = 0;
  const nodes = () => concatBytes(...done, ...(group.length > 0 ? [buildRoot(sha256, concatBytes(...group))] : []));
  return {
    append(sealHash) {
      group.push(sealHash);
      count += 1;
      if (group.length < GROUP_SIZE) return;
      done.push(buildRoot(sha256, concatBytes(...group)));
      group = [];
    },
    nodes,
    root: () => buildRoot(sha256, nodes()),
    size: () => count,
  };
}

/** Batches of the group that a seal of the timestamp is in, both included. */
export function groupOf(stamped: StampedSeals, batch: number): { readonly from: number; readonly to: number } {
  const from = batch - ((batch - stamped.firstBatch) % GROUP_SIZE);
  return { from, to: Math.min(from + GROUP_SIZE - 1, stamped.lastBatch) };
}

/** From the hash of the seal to `sealsRoot`. `group`: the hashes of the seals of its group. */
export function proveSeal(
  sha256: Sha256,
  stamped: StampedSeals,
  batch: number,
  group: PackedHashes,
  nodes: PackedHashes,
): Uint8Array[] | undefined {
  const index = batch - stamped.firstBatch;
  if (countHashes(nodes) !== Math.ceil(countSeals(stamped) / GROUP_SIZE)) return undefined;
  const within = buildInclusionProof(sha256, group, index % GROUP_SIZE);
  const above = buildInclusionProof(sha256, nodes, Math.floor(index / GROUP_SIZE));
  return within && above && [...within, ...above];
}
