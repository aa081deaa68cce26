import type { Fault } from '../../core/audit/fault.ts';
import { verifyHeldSeal } from '../../core/audit/held-seal.ts';
import { createReadTimestamp } from '../../core/audit/read-timestamp.ts';
import type { AuditSeal } from '../../core/audit/seal.ts';
import { createTrailVerifier, type SealKey, type TrailVerifier } from '../../core/audit/trail.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import type { Database } from '../../platform/database/database.ts';
import {
  type BatchRange,
  type KeyOnTrail,
  type PruningOnFile,
  readTrail,
  type TrailReader,
  type TrailSlice,
} from './trail-store.ts';
import { type TimestampSummary, type TimestampTrust, verifyTimestamps } from './verify-timestamps.ts';

export interface VerifyTrailOptions {
  /** The owner of the database: sees the lines of all tenants. */
  readonly database: Database;
  /** Says of a key on file whether the deployment's vault made it; undefined: the vault is not at hand. */
  readonly isOwnKey: ((key: SealKey, sealed: Buffer) => Promise<boolean>) | undefined;
  /** Seals held outside, in any order. */
  readonly held: AsyncIterable<AuditSeal> | undefined;
  /** Keys given from outside in place of those on file, which whoever replaces the trail replaces too. */
  readonly trustedKeys?: readonly SealKey[] | undefined;
  /** Whose timestamps are believed; undefined: anybody's are held against the seals alone. */
  readonly timestamps?: TimestampTrust | undefined;
  /** Each place where the trail breaks, as it is found. */
  readonly report: (fault: Fault) => void;
}

export interface TrailSummary extends TimestampSummary {
  readonly batches: number;
  readonly lines: number;
  /** Of these only the leaf hash is kept. */
  readonly prunedLines: number;
  readonly heldSeals: number;
  readonly waitingLines: number;
  readonly faults: number;
  readonly last: AuditSeal | null;
}

const NOBODY: TimestampTrust = {
  ...{ read: createReadTimestamp([], nodeCrypto), ends: new Map(), now: Number.NEGATIVE_INFINITY },
  ...{ mustBeTrusted: false, held: undefined },
};

const SEALS_AT_ONCE = 512;
/** More than any batch has. */
const LINES_AT_ONCE = 4_096;
const MOST_STRAYS = 100;

/** Verifies everything that is sealed, in one view of the database, a bounded part of it in memory. */
export async function verifyTrail(options: VerifyTrailOptions): Promise<TrailSummary> {
  const { database, isOwnKey, held, report, trustedKeys, timestamps = NOBODY } = options;
  let faults = 0;
  const tell = (found: readonly Fault[]) => {
    faults += found.length;
    for (const fault of found) report(fault);
  };
  return readTrail(database, async (reader) => {
    const keys = await reader.loadKeys();
    tell(await verifyKeys(keys, isOwnKey));
    const verifier = createTrailVerifier(auditCrypto, trustedKeys ?? keys);
    const told = new Set<string>();
    const counts = await verifySeals(reader, verifier, tell, told);
    const last = verifier.last() ?? null;
    const strays = await reader.loadStrays(last?.batch ?? 0, MOST_STRAYS);
    tell(strays.map((place) => ({ fault: 'line-inserted', ...place })));
    await verifyPrunings(reader, tell);
    const heldSeals = held === undefined ? 0 : await verifyHeld(reader, held, last?.batch ?? 0, tell);
    const stamped = await verifyTimestamps(reader, timestamps, told, tell);
    return { ...counts, ...stamped, heldSeals, waitingLines: await reader.countWaiting(), faults, last };
  });
}

async function verifyKeys(keys: readonly KeyOnTrail[], isOwn: VerifyTrailOptions['isOwnKey']): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const key of isOwn === undefined ? [] : keys) {
    if (!(await isOwn?.(key, key.privateKey))) faults.push({ fault: 'key-forged', batch: null, keyId: key.keyId });
  }
  return faults;
}

type Counts = Pick<TrailSummary, 'batches' | 'lines' | 'prunedLines'>;

/** While one part is verified, the next is on its way. `tokens`: gets those that lines tell of. */
async function verifySeals(
  reader: TrailReader,
  verifier: TrailVerifier,
  tell: (found: readonly Fault[]) => void,
  tokens: Set<string>,
): Promise<Counts> {
  const counts = { batches: 0, lines: 0, prunedLines: 0 };
  const parts = loadParts(reader);
  let coming = parts.next();
  for (let part = await coming; !part.done; part = await coming) {
    coming = parts.next();
    coming.catch(() => undefined); // awaited above, after this part
    const { seals, slice } = part.value;
    let at = 0;
    for (const seal of seals) {
      const start = at;
      while (at < slice.lines.length && (slice.lines[at]?.batch as number) <= seal.batch) at += 1;
      const lines = slice.lines.slice(start, at).filter(({ batch }) => batch === seal.batch);
      const pruned = slice.pruned.get(seal.batch) ?? NONE;
      tell(verifier.verifyBatch({ seal, leaves: slice.leaves.get(seal.batch), lines, pruned }));
      for (const { line } of lines) if (line.act === 'audit.timestamp' && line.target) tokens.add(line.target);
      counts.batches += 1;
      counts.lines += lines.length;
      counts.prunedLines += pruned.size;
    }
  }
  return counts;
}

const NONE: ReadonlySet<number> = new Set();

async function* loadParts(reader: TrailReader): AsyncGenerator<{ seals: AuditSeal[]; slice: TrailSlice }> {
  let after = 0;
  for (;;) {
    const seals = await reader.loadSeals(after, SEALS_AT_ONCE);
    if (seals.length === 0) return;
    for (const part of divide(seals)) yield { seals: part, slice: await reader.loadSlice(rangeOf(part)) };
    after = seals.at(-1)?.batch as number;
  }
}

/** Parts of about as many lines; a batch is never divided. */
function divide(seals: readonly AuditSeal[]): AuditSeal[][] {
  const parts: AuditSeal[][] = [];
  let room = 0;
  for (const seal of seals) {
    if (room < seal.treeSize || parts.length === 0) {
      parts.push([]);
      room = LINES_AT_ONCE;
    }
    parts.at(-1)?.push(seal);
    room -= seal.treeSize;
  }
  return parts;
}

function rangeOf(seals: readonly AuditSeal[]): BatchRange {
  const size = Math.min(
    seals.reduce((sum, { treeSize }) => sum + treeSize, 0),
    LINES_AT_ONCE,
  );
  return { from: seals[0]?.batch as number, to: seals.at(-1)?.batch as number, size };
}

async function verifyPrunings(reader: TrailReader, tell: (found: readonly Fault[]) => void): Promise<void> {
  for (let after = ''; ; ) {
    const prunings = await reader.loadPrunings(after, SEALS_AT_ONCE);
    const unproven = prunings.filter((pruning) => !isProven(pruning));
    tell(unproven.map(({ lineId }) => ({ fault: 'pruning-unproven', batch: null, lineId })));
    const last = prunings.at(-1);
    if (last === undefined) return;
    after = last.lineId;
  }
}

/** No line of the last year is pruned, whoever says so: the times of the seals are signed. */
const LEAST_AGE_MS = 365 * 24 * 60 * 60 * 1000;

function isProven({ digest, told, toldAt, youngestSealedAt }: PruningOnFile): boolean {
  if (digest !== told || toldAt === null || youngestSealedAt === null) return false;
  return youngestSealedAt <= toldAt - LEAST_AGE_MS;
}

async function verifyHeld(
  reader: TrailReader,
  held: AsyncIterable<AuditSeal>,
  lastBatch: number,
  tell: (found: readonly Fault[]) => void,
): Promise<number> {
  let count = 0;
  let part: AuditSeal[] = [];
  const verifyPart = async () => {
    const ours = await reader.loadSealsOf(part.map(({ batch }) => batch));
    tell(part.flatMap((seal) => verifyHeldSeal(seal, ours.get(seal.batch), lastBatch) ?? []));
    count += part.length;
    part = [];
  };
  for await (const seal of held) {
    part.push(seal);
    if (part.length === SEALS_AT_ONCE) await verifyPart();
  }
  await verifyPart();
  return count;
}
