import { usesUpChallenge, withCertificateConflict, withChallengeLost } from '../../core/verification/reconclusion.ts';
import type { Report } from '../../core/verification/report.ts';
import { newId } from '../../platform/ids.ts';
import type { TenantVault, Vault } from '../../platform/vault/vault.ts';
import { sealAnswer } from '../idempotency.ts';
import { buildRegistration, identify } from './certificate-on-file.ts';
import { describeCrl, describeEvidence, describeSettings } from './evidence.ts';
import type { Judged } from './judged.ts';
import { buildResponse, NO_IDS, type StoredReport } from './response.ts';
import type { RecordedRow, VerificationFacts, VerificationSecrets, VerificationStore } from './store.ts';

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
 * the one on file, nothing was written: the report is concluded anew and that is recorded. Each happens at most once.
 */
export async function recordJudged(
  store: VerificationStore,
  vault: Vault,
  sealed: TenantVault,
  judged: Judged,
): Promise<Recorded> {
  let report = judged.report;
  let conflict = false;
  for (;;) {
    const record = buildRecord(vault, sealed, judged, report);
    const row = await store.recordVerification(
      judged.caller.tenantId,
      record.facts,
      JSON.stringify(record.report),
      record.secrets,
    );
    if (row.outcome === 'challenge-lost') report = withChallengeLost(report);
    else if (row.outcome === 'identity-conflict') {
      report = withCertificateConflict(report);
      conflict = true;
    } else return { row, report: record.report, attributes: report.attributes, conflict };
  }
}

function buildRecord(vault: Vault, sealed: TenantVault, judged: Judged, report: Report) {
  const { caller, request, requestId, verificationId, at, signed, first, findings, key } = judged;
  const { tenantId } = caller;
  const { path } = first;
  const known = path === undefined ? null : identify(path, vault.hashes, tenantId);
  const keeps = request.store?.subject ?? caller.policy.storeSubject;
  const register = path && known && keeps ? buildRegistration(report, path, known, at) : null;
  const evidence = describeEvidence(signed, judged.container);
  const { attributes, certificate, ...rest } = report;
  const stored: StoredReport = {
    ...rest,
    certificate: certificate && known && { ...certificate, serialNumberMac: known.serialNumberMac },
  };
  const reference = request.reference ?? null;
  const says = findings?.evidence?.says;
  const facts: VerificationFacts = {
    verificationId,
    clientId: caller.clientId,
    requestId,
    referenceMac: reference === null ? null : vault.hashes.lookup(tenantId, 'reference', reference).toString('hex'),
    purpose: request.purpose,
    format: signed.format,
    verifiedAt: new Date(at).toISOString(),
    indication: report.indication,
    subIndication: report.subIndication,
    retryable: report.retryable,
    challengeId: request.challengeId ?? null,
    claimChallenge: usesUpChallenge(report),
    idempotency: key,
    identity: known?.identity ?? null,
    register,
    revoked:
      says?.status === 'revoked' ? { revokedAt: new Date(says.revokedAt).toISOString(), reason: says.reason } : null,
    evidence: {
      container: evidence.container,
      crl: describeCrl(findings?.evidence ?? null),
      settings: describeSettings(caller, judged.method, path),
    },
    eventIds: Array.from({ length: MOST_EVENTS }, () => newId('evt', at)),
  };

  const inVerification = { table: 'verification', rowId: verificationId, tenantId };
  const inEvidence = { table: 'evidence', rowId: verificationId, tenantId };
  const attributeOctets = attributes === null ? null : Buffer.from(JSON.stringify(attributes));
  const keep = (column: string, octets: Uint8Array | null | undefined) =>
    octets == null ? null : sealed.encrypt('evidence', { ...inEvidence, column }, octets);
  const answer = buildResponse({
    verificationId,
    reference,
    purpose: request.purpose,
    report: stored,
    attributes,
    ids: NO_IDS,
    role: caller.tenantRole,
  });
  const secrets: VerificationSecrets = {
    reference:
      reference === null
        ? null
        : sealed.encrypt('report', { ...inVerification, column: 'reference' }, Buffer.from(reference)),
    attributes:
      attributeOctets === null
        ? null
        : sealed.encrypt('attributes', { ...inVerification, column: 'attributes' }, attributeOctets),
    signature: sealed.encrypt('evidence', { ...inEvidence, column: 'signature' }, evidence.signature),
    content: keep('content', evidence.content),
    signerCertificate: sealed.encrypt('evidence', { ...inEvidence, column: 'certificate' }, signed.certificate.der),
    ocspResponse: keep('ocsp_response', findings?.ocspResponse),
    serialNumber:
      register === null
        ? null
        : sealed.encrypt(
            'serial',
            { table: 'certificate', column: 'serial_number', rowId: register.certificateId, tenantId },
            signed.certificate.serialNumber.octets,
          ),
    subjectAttributes:
      register === null || attributeOctets === null
        ? null
        : sealed.encrypt(
            'attributes',
            { table: 'subject_attributes', column: 'attributes', rowId: register.attributesId, tenantId },
            attributeOctets,
          ),
    answer: sealAnswer(sealed, caller, key, answer),
  };
  return { facts, report: stored, secrets };
}
