import { equalBytes, toHex } from '../bytes.ts';
import type { Instant } from '../instant.ts';
import type { Fault } from './fault.ts';
import { createGrowingTree } from './growing-tree.ts';
import { buildRoot, type PackedHashes } from './merkle-tree.ts';
import { countSeals, imprintOf, type SealGroups, type SealTimestamp } from './seal-timestamp.ts';
import type { Sha256 } from './sha256.ts';
import type { ReadTimestamp, TimestampFacts } from './timestamp-facts.ts';

/** A timestamp as the database has it: the token, and what was written down of it. */
export interface TimestampOnFile extends SealTimestamp {
  readonly tokenSha256: Uint8Array;
  /** Roots of the groups of its seals. */
  readonly nodes: PackedHashes;
  readonly genTime: Instant;
  readonly validUntil: Instant;
  readonly algorithms: readonly string[];
}

export interface TimestampsVerifier {
  /** In ascending order of numbers. `seals`: of its batches, as they are on file now. */
  verify(timestamp: TimestampOnFile, seals: SealGroups): Fault[];
  /** SHA-256 of every token seen. */
  has(tokenSha256: string): boolean;
  /** Of those that were found whole, in their order. */
  found(): readonly { readonly number: number; readonly facts: TimestampFacts }[];
}

const MOST_MISSING = 100;

/** Verifies the table of timestamps one by one: each is over the seals since the one before, and over all before it. */
export function createTimestampsVerifier(sha256: Sha256, read: ReadTimestamp): TimestampsVerifier {
  const tokens = createGrowingTree(sha256);
  const digests = new Set<string>();
  const found: { number: number; facts: TimestampFacts }[] = [];
  let last: TimestampOnFile | undefined;
  /** Of one that is gone or was altered nobody knows what the ones behind it were over: that is told once. */
  let isUnbroken = true;

  function readWhole(one: TimestampOnFile, seals: SealGroups): TimestampFacts | undefined {
    const follows = one.firstBatch === (last?.lastBatch ?? 0) + 1 && equalBytes(one.timestampsRoot, tokens.root());
    const isOverAll =
      (follows || !isUnbroken) &&
      seals.size() === countSeals(one) &&
      equalBytes(one.sealsRoot, seals.root()) &&
      equalBytes(one.sealsRoot, buildRoot(sha256, one.nodes)) &&
      equalBytes(one.tokenSha256, sha256(one.token));
    const facts = isOverAll ? read(one.token, imprintOf(sha256, one)) : undefined;
    const isLater = facts !== undefined && facts.genTime >= (found.at(-1)?.facts.genTime ?? 0);
    return isLater && isSaid(one, facts) ? facts : undefined;
  }

  return {
    verify(one, seals) {
      const faults: Fault[] = [];
      for (let timestamp = (last?.number ?? 0) + 1; timestamp < one.number && faults.length < MOST_MISSING; timestamp++)
        faults.push({ fault: 'timestamp-missing', batch: null, timestamp });
      if (faults.length > 0) isUnbroken = false;
      const facts = readWhole(one, seals);
      if (facts === undefined) {
        faults.push({ fault: 'timestamp-altered', batch: null, timestamp: one.number });
        isUnbroken = false;
      } else found.push({ number: one.number, facts });
      tokens.append(one.tokenSha256);
      digests.add(toHex(one.tokenSha256));
      last = one;
      return faults;
    },
    has: (tokenSha256) => digests.has(tokenSha256),
    found: () => found,
  };
}

/** By what is written down the next renewal is planned: it is not put off by writing down a later end. */
const isSaid = (one: TimestampOnFile, facts: TimestampFacts): boolean =>
  one.genTime === facts.genTime && one.validUntil <= facts.authorityUntil;
