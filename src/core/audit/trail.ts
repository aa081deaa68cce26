import { equalBytes } from '../bytes.ts';
import type { Instant } from '../instant.ts';
import { type AuditLine, hashAuditLine } from './audit-line.ts';
import type { Fault } from './fault.ts';
import { buildRoot, countHashes, hashAt, type PackedHashes } from './merkle-tree.ts';
import { type AuditSeal, hashSeal, NO_SEAL, type VerifyEd25519, verifySeal } from './seal.ts';
import { HASH_OCTETS, type Sha256 } from './sha256.ts';

/** A public key with the time in which it seals. */
export interface SealKey {
  readonly keyId: string;
  readonly spki: Uint8Array;
  readonly validFrom: Instant;
  /** null: in use. */
  readonly validUntil: Instant | null;
}

export interface PlacedLine {
  readonly position: number;
  readonly line: AuditLine;
}

/** What is on file of one batch. */
export interface BatchOnFile {
  readonly seal: AuditSeal;
  /** Undefined when they are gone. */
  readonly leaves: PackedHashes | undefined;
  /** By position, ascending. */
  readonly lines: readonly PlacedLine[];
  /** Positions whose lines were taken away by a pruning. */
  readonly pruned: ReadonlySet<number>;
}

export interface TrailVerifier {
  /** In ascending order of batches. Gives every place where this one breaks. */
  verifyBatch(batch: BatchOnFile): Fault[];
  /** Number and time of the last seal seen. */
  last(): AuditSeal | undefined;
}

export interface TrailCrypto {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
}

/** Verifies a trail batch by batch: chain, signatures, roots, and each line against its leaf. Holds one seal. */
export function createTrailVerifier(crypto: TrailCrypto, keys: readonly SealKey[]): TrailVerifier {
  const keysById = new Map(keys.map((key) => [key.keyId, key]));
  let last: AuditSeal | undefined;
  return {
    verifyBatch(batch) {
      const faults = [
        ...verifyPlace(crypto.sha256, batch.seal, last),
        ...verifyKey(crypto, batch.seal, keysById.get(batch.seal.keyId)),
        ...verifyLeaves(crypto.sha256, batch),
      ];
      last = batch.seal;
      return faults;
    },
    last: () => last,
  };
}

function verifyPlace(sha256: Sha256, seal: AuditSeal, before: AuditSeal | undefined): Fault[] {
  const { batch } = seal;
  const expected = (before?.batch ?? 0) + 1;
  if (batch !== expected) return [{ fault: 'seal-missing', batch: expected, lastBatch: batch - 1 }];
  const previous = before === undefined ? NO_SEAL : hashSeal(sha256, before);
  const faults: Fault[] = [];
  if (!equalBytes(seal.previous, previous)) faults.push({ fault: 'chain-broken', batch });
  if (before !== undefined && seal.sealedAt < before.sealedAt) faults.push({ fault: 'seal-time-reversed', batch });
  return faults;
}

function verifyKey(crypto: TrailCrypto, seal: AuditSeal, key: SealKey | undefined): Fault[] {
  const { batch, keyId } = seal;
  if (key === undefined) return [{ fault: 'seal-key-unknown', batch, keyId }];
  if (!verifySeal(crypto, seal, key.spki)) return [{ fault: 'seal-altered', batch }];
  const isInTime = seal.sealedAt >= key.validFrom && (key.validUntil === null || seal.sealedAt <= key.validUntil);
  return isInTime ? [] : [{ fault: 'seal-key-out-of-time', batch, keyId }];
}

function verifyLeaves(sha256: Sha256, { seal, leaves, lines, pruned }: BatchOnFile): Fault[] {
  const { batch } = seal;
  if (leaves === undefined) return [{ fault: 'leaves-missing', batch }];
  const isWhole = leaves.length % HASH_OCTETS === 0 && countHashes(leaves) === seal.treeSize;
  if (!isWhole || !equalBytes(buildRoot(sha256, leaves), seal.root)) return [{ fault: 'leaves-altered', batch }];
  const faults: Fault[] = [];
  let expected = 0;
  const skipTo = (position: number) => {
    for (; expected < position; expected++) {
      if (!pruned.has(expected)) faults.push({ fault: 'line-erased', batch, position: expected });
    }
  };
  for (const { position, line } of lines) {
    const place = { batch, position, lineId: line.id };
    if (position < expected || position >= seal.treeSize) {
      faults.push({ fault: 'line-inserted', ...place });
      continue;
    }
    skipTo(position);
    const hash = hashAuditLine(sha256, line);
    if (!equalBytes(hash, hashAt(leaves, position))) {
      faults.push({ fault: isAmong(leaves, hash) ? 'line-reordered' : 'line-altered', ...place });
    }
    expected = position + 1;
  }
  skipTo(seal.treeSize);
  return faults;
}

function isAmong(leaves: PackedHashes, hash: Uint8Array): boolean {
  for (let index = 0; index < countHashes(leaves); index++) if (equalBytes(hashAt(leaves, index), hash)) return true;
  return false;
}
