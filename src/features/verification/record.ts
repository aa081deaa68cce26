import {
  usesUpChallenge,
  withCertificateConflict,
  withChallengeLost,
  withRevokedOnFile,
} from '../../core/verification/reconclusion.ts';
import type { Report } from '../../core/verification/report.ts';
import { newId } from '../../platform/ids.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { TenantVault, Vault } from '../../platform/vault/vault.ts';
import { buildRegistration, identify, isRegistrable, type KnownAs, storableInstant } from './certificate-on-file.ts';
import { encodeReport } from './encode-report.ts';
import { describeCrl, describeEvidence, describeSettings } from './evidence.ts';
import type { Judged, JudgedUnder } from './judged.ts';
import type { VerificationRecord } from './record-columns.ts';
import { buildResponse, NO_IDS, type StoredReport } from './response.ts';
import { sealSecrets } from './secrets.ts';
import type { RecordedRow, VerificationStore } from './store.ts';

/** completed, conflict or good-after-revoked, created, registered, revoked, used. */
const MOST_EVENTS = 6;

/** What came of recording: the row, and the report as it was recorded. */
export interface Recorded {
  readonly row: RecordedRow;
  readonly report: StoredReport;
  readonly attributes: Report['attributes'];
  /** The certificate's identity was on file with other octets. */
  readonly conflict: boolean;
}

/**
 * Records in one round trip. Where another verification used the challenge up meanwhile, or the certificate contradicts
 * what is on file, nothing was written: the report is concluded anew and that is recorded. Each happens at most once, as
 * does a certificate no longer on file, which is registered then.
 */
export const recordJudged = (
  store: VerificationStore,
  vault: Vault,
  sealed: TenantVault,
  judged: Judged,
): Promise<Recorded> =>
  withHashes(vault.hashes, (hashes) => recordUnder(store, sealed, { ...judged, hashes, key: judged.keyUnder(hashes) }));

async function recordUnder(store: VerificationStore, sealed: TenantVault, judged: JudgedUnder): Promise<Recorded> {
  let report = judged.report;
  let conflict = false;
  for (;;) {
    const record = buildRecord(store, sealed, judged, report);
    const row = await store.recordVerification(judged.caller.tenantId, record.columns);
    switch (row.outcome) {
      case 'challenge-lost':
        report = withChallengeLost(report);
        break;
      case 'identity-conflict':
        report = withCertificateConflict(report);
        conflict = true;
        break;
      case 'revoked-on-file':
        report = withRevokedOnFile(report, revocationOnFile(row), judged.first.signedAfter);
        break;
      case 'not-on-file':
        break;
      default:
        return { row, report: record.report, attributes: report.attributes, conflict };
    }
  }
}

function revocationOnFile({ revoked_at, revocation_reason }: RecordedRow) {
  if (revoked_at === null) throw new Error('record_verifications gave a revocation without its time');
  return { revokedAt: revoked_at.getTime(), reason: revocation_reason };
}

function buildRecord(store: VerificationStore, sealed: TenantVault, judged: JudgedUnder, report: Report) {
  const { hashes, caller, request, at, signed, first } = judged;
  const { path } = first;
  const known = path === undefined ? null : identify(path, hashes, caller.tenantId);
  const keeps = request.store?.subject ?? caller.policy.storeSubject;
  const registers = keeps && isRegistrable(report);
  const believedOnFile = registers && known !== null && store.isSeenOnFile(caller.tenantId, known.identity);
  const registration =
    registers && !believedOnFile && path && known ? buildRegistration(report.certificate, path, known, at) : null;
  const evidence = describeEvidence(signed, judged.container);
  const { attributes, certificate, ...rest } = report;
  const stored: StoredReport = {
    ...rest,
    certificate: certificate && known && { ...certificate, ...macsOf(known) },
    policyVersion: caller.policyVersion,
    rulesVersion: judged.rulesVersion,
  };
  const answer =
    judged.key === null
      ? null
      : buildResponse({
          verificationId: judged.verificationId,
          reference: request.reference ?? null,
          purpose: request.purpose,
          report: stored,
          attributes,
          ids: NO_IDS,
          role: caller.tenantRole,
        });
  const columns: VerificationRecord = {
    ...buildFacts(judged, report),
    report: encodeReport(stored),
    identity: known?.identity ?? null,
    believedOnFile,
    registration,
    evidence: {
      container: JSON.stringify(evidence.container),
      crl: describeCrl(judged.findings?.evidence ?? null),
      settings: describeSettings(judged),
    },
    secrets: sealSecrets(sealed, judged, { attributes, evidence, registration, answer }),
  };
  return { columns, report: stored };
}

/** While the key of these hashes is rotated a relying party is shown both, and can tell the one that it knows. */
const macsOf = ({ serialNumberMac, formerSerialNumberMac }: KnownAs) => ({
  serialNumberMac,
  ...(formerSerialNumberMac === null ? {} : { formerSerialNumberMac }),
});

function buildFacts(
  { hashes, caller, request, requestId, verificationId, at, signed, findings, key }: JudgedUnder,
  report: Report,
): Omit<VerificationRecord, 'report' | 'identity' | 'believedOnFile' | 'registration' | 'evidence' | 'secrets'> {
  const { reference } = request;
  const says = findings?.evidence?.says;
  return {
    verificationId,
    clientId: caller.clientId,
    requestId,
    referenceMac: reference === undefined ? null : hashes.lookup(caller.tenantId, 'reference', reference),
    purpose: request.purpose,
    format: signed.format,
    verifiedAt: at,
    indication: report.indication,
    subIndication: report.subIndication,
    retryable: report.retryable,
    challengeId: request.challengeId ?? null,
    claimsChallenge: usesUpChallenge(report),
    key,
    hashEpoch: hashes.epoch,
    revoked: says?.status === 'revoked' ? { revokedAt: storableInstant(says.revokedAt), reason: says.reason } : null,
    saidGood: findings?.status === 'good',
    eventIds: Array.from({ length: MOST_EVENTS }, () => newId('evt', at)),
    auditId: newId('aud', at),
    allowedBy: caller.right,
    fromAddress: caller.address,
  };
}
