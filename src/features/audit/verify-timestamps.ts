import type { Fault } from '../../core/audit/fault.ts';
import { hashSeal } from '../../core/audit/seal.ts';
import { createSealGroups, type SealTimestamp } from '../../core/audit/seal-timestamp.ts';
import { judgeLinks, type LinkVerdict } from '../../core/audit/timestamp-chain.ts';
import type { AlgorithmEnds, ReadTimestamp } from '../../core/audit/timestamp-facts.ts';
import { createTimestampsVerifier, type TimestampOnFile } from '../../core/audit/timestamps-on-file.ts';
import { equalBytes } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { TrailReader } from './trail-store.ts';

export interface TimestampTrust {
  readonly read: ReadTimestamp;
  readonly ends: AlgorithmEnds;
  readonly now: Instant;
  /** Is a timestamp a fault whose authority `read` does not trust? Not where nobody said whom to trust. */
  readonly mustBeTrusted: boolean;
  /** Timestamps held outside, in any order. */
  readonly held: AsyncIterable<SealTimestamp> | undefined;
}

export interface TimestampSummary {
  readonly timestamps: number;
  readonly newestTimestampAt: Instant | null;
  /** Links that had ended when the next one was taken, the last one: now. */
  readonly lapsed: readonly LinkVerdict[];
  readonly heldTimestamps: number;
}

const AT_ONCE = 64;

/** The table of timestamps against the seals. `told`: SHA-256 of the tokens that sealed lines tell of. */
export async function verifyTimestamps(
  reader: TrailReader,
  { read, ends, now, mustBeTrusted, held }: TimestampTrust,
  told: ReadonlySet<string>,
  tell: (found: readonly Fault[]) => void,
): Promise<TimestampSummary> {
  const verifier = createTimestampsVerifier(auditCrypto.sha256, read);
  const digests = new Map<number, Uint8Array>();
  for (let after = 0; ; ) {
    const part = await reader.loadTimestamps(after, AT_ONCE);
    for (const one of part) {
      tell(verifier.verify(one, await gatherSeals(reader, one)));
      digests.set(one.number, one.tokenSha256);
    }
    const last = part.at(-1);
    if (last === undefined) break;
    after = last.number;
  }
  const missing = [...told].filter((token) => !verifier.has(token));
  tell(missing.map((token) => ({ fault: 'timestamp-missing', batch: null, token })));
  const links = judgeLinks(verifier.found(), ends, now);
  const untrusted = links.filter(({ trusted }) => mustBeTrusted && !trusted);
  tell(untrusted.map(({ number }) => ({ fault: 'timestamp-untrusted', batch: null, timestamp: number })));
  return {
    timestamps: digests.size,
    newestTimestampAt: links.at(-1)?.genTime ?? null,
    lapsed: links.filter(({ lapsed }) => lapsed),
    heldTimestamps: held === undefined ? 0 : await verifyHeld(held, digests, tell),
  };
}

async function gatherSeals(reader: TrailReader, { firstBatch, lastBatch }: TimestampOnFile) {
  const groups = createSealGroups(auditCrypto.sha256);
  for (let after = firstBatch - 1; after < lastBatch; ) {
    const seals = await reader.loadSeals(after, Math.min(SEALS_AT_ONCE, lastBatch - after));
    for (const seal of seals) if (seal.batch <= lastBatch) groups.append(hashSeal(auditCrypto.sha256, seal));
    const last = seals.at(-1);
    if (last === undefined) break;
    after = last.batch;
  }
  return groups;
}

const SEALS_AT_ONCE = 512;

async function verifyHeld(
  held: AsyncIterable<SealTimestamp>,
  ours: ReadonlyMap<number, Uint8Array>,
  tell: (found: readonly Fault[]) => void,
): Promise<number> {
  let count = 0;
  for await (const { number: timestamp, token } of held) {
    const digest = ours.get(timestamp);
    if (digest === undefined) tell([{ fault: 'timestamp-missing', batch: null, timestamp }]);
    else if (!equalBytes(digest, auditCrypto.sha256(token)))
      tell([{ fault: 'timestamp-differs', batch: null, timestamp }]);
    count += 1;
  }
  return count;
}
