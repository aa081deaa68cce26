import { buildInclusionProof } from '../../core/audit/merkle-tree.ts';
import { hashSeal } from '../../core/audit/seal.ts';
import { groupOf, proveSeal, type SealTimestamp } from '../../core/audit/seal-timestamp.ts';
import { HASH_OCTETS } from '../../core/audit/sha256.ts';
import { selectLinks, type TimestampLink } from '../../core/audit/timestamp-chain.ts';
import { type AlgorithmEnds, endOf } from '../../core/audit/timestamp-facts.ts';
import { concatBytes } from '../../core/bytes.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { loadSealsAfter } from './seal-store.ts';
import { loadNodes, loadRecordsCovering, loadTimestamps, loadTokenDigests } from './timestamp-store.ts';

type Source = Transaction | Database['knex'];

const { sha256 } = auditCrypto;

/** The chain of timestamps of the seal of a batch, from the first one over it; empty before there is one. */
export async function proveTimestamps(from: Source, batch: number, ends: AlgorithmEnds): Promise<TimestampLink[]> {
  const records = await loadRecordsCovering(from, batch);
  const selected = selectLinks(records.map((one) => ({ ...one, end: endOf(one, ends) })));
  const numbers = selected.map(({ number }) => number);
  const timestamps = await loadTimestamps(from, numbers);
  const digests = numbers.length > 1 ? await loadTokenDigests(from, numbers.at(-1) as number) : new Uint8Array();
  const links: TimestampLink[] = [];
  for (const one of timestamps) {
    const before = links.at(-1);
    const earlier = digests.subarray(0, (one.number - 1) * HASH_OCTETS);
    const path = before ? buildInclusionProof(sha256, earlier, before.number - 1) : await proveBatch(from, one, batch);
    if (path === undefined) throw new Error(`timestamp ${one.number} is not whole`);
    links.push({ ...one, path });
  }
  return links;
}

export interface BatchTimestamps {
  readonly batch: number;
  readonly links: readonly TimestampLink[];
}

/** The chains of each of these batches that has one. */
export async function proveBatches(
  from: Source,
  batches: readonly number[],
  ends: AlgorithmEnds,
): Promise<BatchTimestamps[]> {
  const chains: BatchTimestamps[] = [];
  for (const batch of new Set(batches)) chains.push({ batch, links: await proveTimestamps(from, batch, ends) });
  return chains.filter(({ links }) => links.length > 0);
}

/** From the seal to the root of the timestamp: of its seals, one group is read. */
async function proveBatch(from: Source, timestamp: SealTimestamp, batch: number): Promise<Uint8Array[] | undefined> {
  const group = groupOf(timestamp, batch);
  const seals = await loadSealsAfter(from, group.from - 1, group.to - group.from + 1);
  const hashes = concatBytes(...seals.map((seal) => hashSeal(sha256, seal)));
  return proveSeal(sha256, timestamp, batch, hashes, await loadNodes(from, timestamp.number));
}
