import { hash } from 'node:crypto';
import type { PackageEntry, PackageKind } from '../../core/evidence/manifest.ts';
import {
  type AuditDocument,
  ENTRY_NAMES,
  formatDocument,
  isKeptFromProviders,
  type PolicyDocument,
  supportingCrlName,
  trustAnchorName,
  type VerificationDocument,
} from '../../core/evidence/package-entries.ts';
import type { TimestampsDocument } from '../../core/evidence/timestamps-document.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { EvidenceOnFile } from '../verification/service.ts';
import { buildCover, type TimestampState } from './cover.ts';

export interface PackageParts {
  readonly kind: PackageKind;
  readonly evidence: EvidenceOnFile;
  readonly audit: AuditDocument;
  /** Undefined before the seals of its lines were timestamped. */
  readonly timestamps?: TimestampsDocument | undefined;
}

export interface PackageEntries {
  readonly entries: readonly PackageEntry[];
  /** Of these the package has the digest alone. */
  readonly withheld: readonly PackageEntry[];
}

/** Everything of a package but its manifest, in the order of the format. */
export function buildEntries(
  { kind, evidence, audit, timestamps }: PackageParts,
  timestamp: TimestampState,
): PackageEntries {
  const { answer, content, trustAnchors, supportingCrls } = evidence;
  const text = (name: string, document: object) => octets(name, Buffer.from(formatDocument(document)));
  const octets = (name: string, value: Uint8Array | null): PackageEntry[] =>
    value === null ? [] : [{ name, octets: value }];
  const all = [
    ...octets(ENTRY_NAMES.cover, Buffer.from(buildCover(kind, evidence, timestamp))),
    ...text(ENTRY_NAMES.verification, describeVerification(evidence)),
    ...text(ENTRY_NAMES.report, answer),
    ...text(ENTRY_NAMES.policy, describePolicy(evidence)),
    ...octets(ENTRY_NAMES.content, content),
    ...octets(ENTRY_NAMES.signature, evidence.signature),
    ...octets(ENTRY_NAMES.certificate, evidence.certificate),
    ...trustAnchors.flatMap((anchor, place) => octets(trustAnchorName(place), anchor)),
    ...octets(ENTRY_NAMES.ocspResponse, evidence.ocspResponse),
    ...octets(ENTRY_NAMES.crl, evidence.crl),
    ...supportingCrls.flatMap((crl, place) => octets(supportingCrlName(place), crl)),
    ...text(ENTRY_NAMES.audit, audit),
    ...(timestamps === undefined ? [] : text(ENTRY_NAMES.timestamps, timestamps)),
  ];
  const isWithheld = ({ name }: PackageEntry) => kind === 'service-provider' && isKeptFromProviders(name);
  return { entries: all.filter((entry) => !isWithheld(entry)), withheld: all.filter(isWithheld) };
}

function describeVerification({ answer, verifiedAt, container, settings, rules }: EvidenceOnFile) {
  const { policy, ...rest } = settings;
  const place = rules.trustAnchors.indexOf(settings.trustAnchorSha256 ?? '');
  return {
    version: 1,
    verificationId: answer.verificationId,
    verifiedAt: formatInstant(verifiedAt),
    purpose: answer.purpose,
    container,
    path: place < 0 ? null : [ENTRY_NAMES.certificate, trustAnchorName(place)],
    settings: rest,
  } satisfies VerificationDocument;
}

function describePolicy({ settings, rules }: EvidenceOnFile): PolicyDocument {
  const { policy, policyVersion = null, rulesVersion = null, rulesSha256 } = settings;
  const sha256 = hash('sha256', JSON.stringify(policy));
  return { version: policyVersion, sha256, rulesVersion, rulesSha256, policy, rules };
}
