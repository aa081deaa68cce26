import { createReadTimestamp } from '../../core/audit/read-timestamp.ts';
import { hashSeal } from '../../core/audit/seal.ts';
import { decodeSeal, type SealDocument } from '../../core/audit/seal-text.ts';
import { type LinkVerdict, verifyTimestampChain } from '../../core/audit/timestamp-chain.ts';
import type { AlgorithmEnds } from '../../core/audit/timestamp-facts.ts';
import { decodeLink } from '../../core/audit/timestamp-text.ts';
import { toHex } from '../../core/bytes.ts';
import type { AuditLineDocument } from '../../core/evidence/package-entries.ts';
import type { ChainDocument, GivenTimestamps, TimestampsDocument } from '../../core/evidence/timestamps-document.ts';
import { verifyAuditLine } from '../../core/evidence/verify-audit.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import type { SealTimestamps } from './package-verdict.ts';
import { decodeBase64 } from './read-package.ts';

export interface TimestampReading {
  readonly anchors: readonly Certificate[];
  readonly ends: AlgorithmEnds;
  readonly now: number;
}

/** Undefined for what is no seal. */
export const decodeBatch = (seal: SealDocument): number | undefined => decodeSeal(seal, decodeBase64)?.batch;

/** Undefined where a link is not over the seal or the link before it, or is none. */
function verifyChain(
  { seal }: Pick<AuditLineDocument, 'seal'>,
  { batch, links }: ChainDocument,
  about: Pick<SealTimestamps, 'of' | 'from'>,
  { anchors, ends, now }: TimestampReading,
): SealTimestamps | undefined {
  const decoded = decodeSeal(seal, decodeBase64);
  const decodedLinks = links.flatMap((link) => decodeLink(link, decodeBase64) ?? []);
  if (decoded === undefined || decoded.batch !== batch || decodedLinks.length < links.length) return undefined;
  const sealHash = hashSeal(auditCrypto.sha256, decoded);
  const read = createReadTimestamp(anchors, nodeCrypto);
  const reading = { sha256: auditCrypto.sha256, read, ends, now };
  const verdicts = verifyTimestampChain({ sealHash, batch, links: decodedLinks }, reading);
  return verdicts && { ...about, batch, state: stateOf(verdicts), links: verdicts.map(describeLink) };
}

function stateOf(links: readonly LinkVerdict[]): SealTimestamps['state'] {
  if (!links.every(({ trusted }) => trusted)) return 'not-trusted';
  return links.some(({ lapsed }) => lapsed) ? 'lapsed' : 'holds';
}

const describeLink = ({ number, genTime, authority, trusted, end, neededUntil, lapsed }: LinkVerdict) => ({
  ...{ number, at: formatInstant(genTime), authority, trusted, endsAt: formatInstant(end.at), endOf: end.of },
  ...{ neededUntil: formatInstant(neededUntil), lapsed },
});

/** What is told of the timestamps of a package. */
export interface PackageTimestamps {
  readonly audit: readonly AuditLineDocument[];
  readonly manifestSha256: Uint8Array;
  /** timestamps.json; undefined where the package has none. */
  readonly own: TimestampsDocument | undefined;
  readonly given: GivenTimestamps | undefined;
}

export type SealTimestampsOutcome =
  | { readonly ok: true; readonly value: readonly SealTimestamps[] }
  | { readonly ok: false; readonly broken: 'package' | 'given' };

/** The package's own chains hold each; in their place stand those that are given. */
export function verifySealTimestamps(about: PackageTimestamps, reading: TimestampReading): SealTimestampsOutcome {
  const { audit, manifestSha256, own, given } = about;
  const found = new Map<number, SealTimestamps>();
  for (const chain of own?.chains ?? []) {
    const line = lineOfBatch(audit, chain.batch);
    const verdict = line && verifyChain(line, chain, { of: 'verification', from: 'package' }, reading);
    if (verdict === undefined || found.has(chain.batch)) return { ok: false, broken: 'package' };
    found.set(chain.batch, verdict);
  }
  if (given === undefined) return { ok: true, value: [...found.values()] };
  for (const chain of given.chains) {
    const line = lineOfBatch(audit, chain.batch);
    const verdict = line && verifyChain(line, chain, { of: 'verification', from: 'given' }, reading);
    if (line !== undefined && verdict === undefined) return { ok: false, broken: 'given' };
    if (verdict !== undefined) found.set(chain.batch, verdict);
  }
  const manifest = verifyManifestChains(given, manifestSha256, reading);
  const all = [...found.values(), ...(manifest ?? [])];
  const isOfPackage = manifest !== undefined && all.some(({ from }) => from === 'given');
  return isOfPackage ? { ok: true, value: all } : { ok: false, broken: 'given' };
}

const lineOfBatch = (lines: readonly AuditLineDocument[], batch: number): AuditLineDocument | undefined =>
  lines.find(({ seal }) => decodeBatch(seal) === batch);

/** Of the lines that tell of the manifest; undefined where one of them does not, or its chain is none. */
function verifyManifestChains(
  { manifest, chains }: GivenTimestamps,
  manifestSha256: Uint8Array,
  reading: TimestampReading,
): readonly SealTimestamps[] | undefined {
  const found: SealTimestamps[] = [];
  for (const document of manifest) {
    const sealed = verifyAuditLine(document, decodeBase64, auditCrypto);
    if (sealed?.line.act !== 'evidence.manifest' || sealed.line.target !== toHex(manifestSha256)) return undefined;
    const chain = chains.find(({ batch }) => batch === decodeBatch(document.seal));
    const verdict = chain && verifyChain(document, chain, { of: 'manifest', from: 'given' }, reading);
    if (chain !== undefined && verdict === undefined) return undefined;
    if (verdict !== undefined) found.push(verdict);
  }
  return found;
}

/** Not where one chain of the line holds. */
export function hasLineLapsed(timestamps: readonly SealTimestamps[]): boolean {
  const ofLine = timestamps.filter(({ of }) => of === 'verification');
  return ofLine.length > 0 && ofLine.every(({ state }) => state === 'lapsed');
}

/** The stamp over the manifest is renewed by a chain over a line that tells of the manifest, begun while the stamp was good. */
export function hasStampLapsed(
  timestamps: readonly SealTimestamps[],
  endsAt: number | undefined,
  now: number,
): boolean {
  if (endsAt === undefined || now < endsAt) return false;
  const renews = ({ of, state, links }: SealTimestamps) =>
    of === 'manifest' && state === 'holds' && Date.parse(links[0]?.at ?? '') < endsAt;
  return !timestamps.some(renews);
}
