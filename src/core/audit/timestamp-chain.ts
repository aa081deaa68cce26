import type { Instant } from '../instant.ts';
import { countSeals, imprintOf, type SealTimestamp } from './seal-timestamp.ts';
import type { Sha256 } from './sha256.ts';
import {
  type AlgorithmEnds,
  endOf,
  type ReadTimestamp,
  type TimestampEnd,
  type TimestampFacts,
} from './timestamp-facts.ts';
import { verifyInclusion } from './verify-inclusion.ts';

/** A timestamp with what leads to it: in the first link of a chain from the seal, in others from the token before. */
export interface TimestampLink extends SealTimestamp {
  /** From the lowest hash to the root. */
  readonly path: readonly Uint8Array[];
}

/** What holds of one link. */
export interface LinkVerdict {
  readonly number: number;
  readonly genTime: Instant;
  readonly authority: string;
  readonly trusted: boolean;
  readonly end: TimestampEnd;
  /** Up to when it must hold by itself: the time of the next link, for the last one now. */
  readonly neededUntil: Instant;
  /** Its certificate or an algorithm had ended by then: a token could have been made up meanwhile. */
  readonly lapsed: boolean;
}

/** RFC 4998 §5.3: each link must have been good when the next one was taken, the last one now. In the order of the chain. */
export function judgeLinks(
  links: readonly { readonly number: number; readonly facts: TimestampFacts }[],
  ends: AlgorithmEnds,
  now: Instant,
): LinkVerdict[] {
  return links.map(({ number, facts }, place) => {
    const { genTime, authority, trusted } = facts;
    const end = endOf(facts, ends);
    const neededUntil = links[place + 1]?.facts.genTime ?? now;
    return { number, genTime, authority, trusted, end, neededUntil, lapsed: neededUntil >= end.at };
  });
}

export interface TimestampChain {
  readonly sealHash: Uint8Array;
  readonly batch: number;
  readonly links: readonly TimestampLink[];
}

export interface ChainReading {
  readonly sha256: Sha256;
  readonly read: ReadTimestamp;
  readonly ends: AlgorithmEnds;
  /** Instant of whoever verifies. */
  readonly now: Instant;
}

/**
 * The links of a seal's chain, each shown to be over the seal or over the token before it; undefined where one of them is not,
 * or where they are none. Whether they are trusted and still good is told link by link.
 */
export function verifyTimestampChain(
  { sealHash, batch, links }: TimestampChain,
  { sha256, read, ends, now }: ChainReading,
): LinkVerdict[] | undefined {
  const found: { number: number; facts: TimestampFacts }[] = [];
  let before: TimestampLink | undefined;
  for (const link of links) {
    const leads = before === undefined ? coversSeal(sha256, link, sealHash, batch) : coversToken(sha256, link, before);
    const facts = leads ? read(link.token, imprintOf(sha256, link)) : undefined;
    if (facts === undefined || facts.genTime < (found.at(-1)?.facts.genTime ?? 0)) return undefined;
    found.push({ number: link.number, facts });
    before = link;
  }
  return found.length === 0 ? undefined : judgeLinks(found, ends, now);
}

function coversSeal(sha256: Sha256, link: TimestampLink, leaf: Uint8Array, batch: number): boolean {
  const { path, firstBatch, sealsRoot: root } = link;
  return verifyInclusion(sha256, { leaf, index: batch - firstBatch, treeSize: countSeals(link), path, root });
}

function coversToken(sha256: Sha256, link: TimestampLink, before: TimestampLink): boolean {
  const { path, number, timestampsRoot: root } = link;
  const leaf = sha256(before.token);
  return verifyInclusion(sha256, { leaf, index: before.number - 1, treeSize: number - 1, path, root });
}

/**
 * Of the timestamps from the first that covers a seal on, those that a chain needs: each next one is the first that ends later
 * than the one before. So a chain grows by a link a certificate of the authority, not by one a day.
 */
export function selectLinks<T extends { readonly end: TimestampEnd }>(timestamps: readonly T[]): T[] {
  const selected: T[] = [];
  for (const one of timestamps) {
    const last = selected.at(-1);
    if (last === undefined || one.end.at > last.end.at) selected.push(one);
  }
  return selected;
}
