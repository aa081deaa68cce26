import { hash } from 'node:crypto';
import { createReadTimestamp } from '../../core/audit/read-timestamp.ts';
import { type AlgorithmEnds, endOf } from '../../core/audit/timestamp-facts.ts';
import { toHex } from '../../core/bytes.ts';
import { MANIFEST_TIMESTAMP, type Manifest } from '../../core/evidence/manifest.ts';
import {
  AUDIT,
  type AuditDocument,
  type AuditLineDocument,
  ENTRY_NAMES,
  isKeptFromProviders,
  POLICY,
  type PolicyDocument,
  VERIFICATION,
  type VerificationDocument,
} from '../../core/evidence/package-entries.ts';
import { compareReports, RECORDED_REPORT, type RecordedReport } from '../../core/evidence/recorded-report.ts';
import { type GivenTimestamps, TIMESTAMPS, type TimestampsDocument } from '../../core/evidence/timestamps-document.ts';
import { type SealedLine, verifyAuditLine } from '../../core/evidence/verify-audit.ts';
import { PRODUCTION_ROOTS } from '../../core/jpki/production-roots.ts';
import { clockToleranceMs } from '../../core/timestamp/clock-tolerance.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { StartRefused } from '../../platform/start-refused.ts';
import { EntryUnusable, judgePackage, type PackageDocuments } from './judge-package.ts';
import { type Fault, NOTHING_KNOWN, type PackageVerdict, type SealTimestamps } from './package-verdict.ts';
import { decodeBase64, decodeDocument, type IntactPackage, readPackage } from './read-package.ts';
import { readTimestamp } from './read-timestamp.ts';
import { isTrustedKey, type TrustedKey } from './trusted-keys.ts';
import { hasLineLapsed, hasStampLapsed, verifySealTimestamps } from './verify-seal-timestamps.ts';

export interface Trust {
  /** SHA-256 of root certificates, beside those compiled in. */
  readonly anchors: readonly string[];
  readonly keys: readonly TrustedKey[];
  /** Time stamping authorities, or their roots. */
  readonly timestampAnchors?: readonly Certificate[];
  /** Chains of timestamps that are newer than the package. */
  readonly given?: GivenTimestamps | undefined;
  /** Of the algorithms that timestamps rest on. */
  readonly ends?: AlgorithmEnds;
  /** When it is verified; without it nothing has ended since. */
  readonly now?: number;
}

/** Judges a package again: of what it holds, nothing is believed but what the pins and `trust` vouch for. */
export async function verifyPackage(octets: Buffer, trust: Trust): Promise<PackageVerdict> {
  const read = await readPackage(octets);
  if (!read.ok) return { ...NOTHING_KNOWN, result: 'altered', faults: read.faults };
  const { manifest, entries, sealKey } = read.value;
  const about = {
    ...NOTHING_KNOWN,
    ...{ verificationId: manifest.verificationId, kind: manifest.kind, formatVersion: manifest.formatVersion },
  };
  try {
    const documents = decodeDocuments(read.value);
    const audit = verifyAudit(documents, entries);
    const judged = manifest.kind === 'full' ? judgePackage(documents, entries) : undefined;
    const anchorSha256 = judged?.anchor && toHex(nodeCrypto.digest('SHA-256', judged.anchor.der));
    const anchor =
      anchorSha256 === undefined ? null : { sha256: anchorSha256, trusted: isTrusted(anchorSha256, trust) };
    const { verifiedAt, indication, subIndication, policyVersion = null, rulesVersion = null } = documents.report;
    const differences = judged === undefined ? [] : compareReports(documents.report, judged.report);
    const at = Date.parse(verifiedAt);
    const isSealTrusted =
      isTrustedKey(trust.keys, sealKey, null) &&
      audit.sealed.every((line) => isTrustedKey(trust.keys, line, line.sealedAt)) &&
      audit.sealed.some(({ sealedAt }) => sealedAt >= at);
    const sealTimestamps = readSealTimestamps(read.value, audit.lines, trust);
    const timestamp = readStamp(read.value, documents, trust, sealTimestamps);
    const isStampTrusted = timestamp?.trusted !== false && sealTimestamps.every(({ state }) => state !== 'not-trusted');
    const isProven = isSealTrusted && anchor?.trusted !== false && isStampTrusted;
    const lapsed = hasLineLapsed(sealTimestamps) || timestamp?.lapsed === true;
    return {
      ...about,
      ...{ verifiedAt, indication, subIndication, policyVersion, rulesVersion },
      ...{ differences, anchor, timestamp, sealTimestamps, faults: [] },
      result: resultOf({ differs: differences.length > 0, isProven, lapsed }),
      judgedAgain: judged !== undefined,
      takenFromRecord: judged?.takenFromRecord ?? [],
      sealKey: { sha256: sealKey.keyId, trusted: isSealTrusted },
      auditLines: { sealed: audit.sealed.length, waiting: audit.waiting },
    };
  } catch (error) {
    if (!(error instanceof PackageBroken) && !(error instanceof EntryUnusable)) throw error;
    const fault: Fault = { fault: error.fault, name: error.entry };
    return { ...about, result: 'altered', faults: [fault] };
  }
}

function resultOf(found: { differs: boolean; isProven: boolean; lapsed: boolean }): PackageVerdict['result'] {
  if (found.differs) return 'differs';
  if (!found.isProven) return 'origin-not-proven';
  return found.lapsed ? 'timestamp-lapsed' : 'same';
}

const readingOf = ({ timestampAnchors = [], ends = new Map(), now = 0 }: Trust) => ({
  ...{ anchors: timestampAnchors, ends, now },
});

function readSealTimestamps(
  { entries, manifestSha256 }: IntactPackage,
  audit: readonly AuditLineDocument[],
  trust: Trust,
): readonly SealTimestamps[] {
  const octets = entries.get(ENTRY_NAMES.timestamps);
  const own = decodeDocument<TimestampsDocument>(octets, TIMESTAMPS);
  if (octets !== undefined && own?.version !== 1) throw new PackageBroken('entry-unreadable', ENTRY_NAMES.timestamps);
  const outcome = verifySealTimestamps({ audit, manifestSha256, own, given: trust.given }, readingOf(trust));
  if (outcome.ok) return outcome.value;
  if (outcome.broken === 'package') throw new PackageBroken('timestamps-broken', ENTRY_NAMES.timestamps);
  throw new StartRefused(['The timestamps given are not of this package, or were altered.']);
}

/** A time stamp from before the verification, by more than clocks may differ, is of something else. */
function readStamp(
  intact: IntactPackage,
  { report, policy }: PackageDocuments,
  trust: Trust,
  chains: readonly SealTimestamps[],
): PackageVerdict['timestamp'] {
  const { manifestSha256, token } = intact;
  if (token === undefined) return null;
  const { anchors, now } = readingOf(trust);
  const timestamp = readTimestamp(token, manifestSha256, anchors);
  const broken = () => new PackageBroken('timestamp-broken', MANIFEST_TIMESTAMP);
  if (timestamp === undefined) throw broken();
  const allowedMs = clockToleranceMs(timestamp.accuracySeconds, policy.rules.clockSkewSeconds);
  if (Date.parse(timestamp.at) + allowedMs < Date.parse(report.verifiedAt)) throw broken();
  return { ...timestamp, lapsed: hasStampLapsed(chains, stampEndOf(intact, trust), now) };
}

/** When the stamp over the manifest ends; undefined without one that is trusted. */
function stampEndOf({ token, manifestSha256 }: IntactPackage, trust: Trust): number | undefined {
  const { anchors, ends } = readingOf(trust);
  const facts = token && createReadTimestamp(anchors, nodeCrypto)(token, manifestSha256);
  return facts?.trusted ? endOf(facts, ends).at : undefined;
}

class PackageBroken extends Error {
  readonly fault: Fault['fault'];
  readonly entry: string;

  constructor(fault: Fault['fault'], entry: string) {
    super(fault);
    this.fault = fault;
    this.entry = entry;
  }
}

const isTrusted = (sha256: string, { anchors }: Trust): boolean =>
  anchors.includes(sha256) || PRODUCTION_ROOTS.some((pin) => pin.sha256 === sha256);

function decodeDocuments({ manifest, entries }: IntactPackage): PackageDocuments {
  const decode = <T>(name: string, shape: Parameters<typeof decodeDocument>[1]): T => {
    const document = decodeDocument<T>(entries.get(name), shape);
    if (document === undefined) throw new PackageBroken('entry-unreadable', name);
    return document;
  };
  const verification = decode<VerificationDocument>(ENTRY_NAMES.verification, VERIFICATION);
  const policy = decode<PolicyDocument>(ENTRY_NAMES.policy, POLICY);
  const report = decode<RecordedReport>(ENTRY_NAMES.report, RECORDED_REPORT);
  const ids = [verification.verificationId, report.verificationId];
  const agrees = (holds: boolean, name: string) => {
    if (!holds) throw new PackageBroken('entries-disagree', name);
  };
  agrees(
    ids.every((id) => id === manifest.verificationId),
    ENTRY_NAMES.report,
  );
  agrees(report.verifiedAt === verification.verifiedAt, ENTRY_NAMES.report);
  agrees(report.purpose === verification.purpose, ENTRY_NAMES.report);
  agrees(namesPolicy(manifest.formatVersion, policy, verification, report), ENTRY_NAMES.policy);
  agrees(hash('sha256', JSON.stringify(policy.rules)) === verification.settings.rulesSha256, ENTRY_NAMES.policy);
  agrees(isOfKind(manifest, entries), 'manifest.json');
  return { verification, policy, report };
}

/** The policy has the digest that is told of it, and all entries tell the same numbers. */
function namesPolicy(
  formatVersion: number,
  policy: PolicyDocument,
  { settings }: VerificationDocument,
  report: RecordedReport,
): boolean {
  const digest = hash('sha256', JSON.stringify(policy.policy));
  if (formatVersion === 1) return policy.version === digest;
  const isSame = (...numbers: readonly unknown[]) => numbers.every((number) => (number ?? null) === numbers[0]);
  return (
    policy.sha256 === digest &&
    policy.rulesSha256 === settings.rulesSha256 &&
    isSame(policy.version, settings.policyVersion, report.policyVersion) &&
    isSame(policy.rulesVersion, settings.rulesVersion, report.rulesVersion)
  );
}

const KEPT_IN_VERSION_1: readonly string[] = [ENTRY_NAMES.certificate, ENTRY_NAMES.ocspResponse, ENTRY_NAMES.crl];

/** What a provider is not given must not have crept in. */
function isOfKind({ kind, withheld, formatVersion }: Manifest, entries: ReadonlyMap<string, Uint8Array>): boolean {
  if (kind === 'full') return withheld.length === 0;
  const isKept = (name: string) => (formatVersion === 1 ? KEPT_IN_VERSION_1.includes(name) : isKeptFromProviders(name));
  return withheld.length > 0 && ![...entries.keys()].some(isKept);
}

function verifyAudit(
  { verification }: PackageDocuments,
  entries: ReadonlyMap<string, Uint8Array>,
): { readonly lines: readonly AuditLineDocument[]; readonly sealed: readonly SealedLine[]; readonly waiting: number } {
  const audit = decodeDocument<AuditDocument>(entries.get(ENTRY_NAMES.audit), AUDIT);
  if (audit === undefined) throw new PackageBroken('entry-unreadable', ENTRY_NAMES.audit);
  const sealed = audit.lines.map((document) => {
    const line = verifyAuditLine(document, decodeBase64, auditCrypto);
    if (line === undefined) throw new PackageBroken('audit-line-unproven', ENTRY_NAMES.audit);
    return line;
  });
  const at = Date.parse(verification.verifiedAt);
  const isOfVerification = ({ line }: SealedLine) =>
    line.target === verification.verificationId &&
    line.act === 'verification.perform' &&
    line.outcome === 'done' &&
    line.at === at;
  const isTold = sealed.every(isOfVerification) && sealed.length + audit.waiting.length > 0;
  if (!isTold) throw new PackageBroken('audit-line-missing', ENTRY_NAMES.audit);
  return { lines: audit.lines, sealed, waiting: audit.waiting.length };
}
