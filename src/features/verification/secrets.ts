import type { Report } from '../../core/verification/report.ts';
import type { TenantVault } from '../../platform/vault/vault.ts';
import { sealAnswer } from '../idempotency.ts';
import type { EvidenceOctets } from './evidence.ts';
import type { JudgedUnder } from './judged.ts';
import type { CertificateRegistration, VerificationSecrets } from './record-columns.ts';
import type { VerificationResponse } from './wire.ts';

/**
 * Everything personal of a record, each field encrypted for its own place: the verification's under one key, which goes with
 * it; what comes on file under one of the subject.
 */
export function sealSecrets(
  sealed: TenantVault,
  judged: JudgedUnder,
  parts: {
    readonly attributes: Report['attributes'];
    readonly evidence: EvidenceOctets;
    readonly registration: CertificateRegistration | null;
    /** Kept under an Idempotency-Key; null without one. */
    readonly answer: VerificationResponse | null;
  },
): VerificationSecrets {
  const { caller, request, verificationId, signed, findings, key } = judged;
  const { tenantId } = caller;
  const { evidence, registration } = parts;
  const attributes = parts.attributes === null ? null : Buffer.from(JSON.stringify(parts.attributes));
  const place = (table: string, column: string, rowId: string) => ({ table, column, rowId, tenantId });
  const record = sealed.newRecord('verification', verificationId);
  const subject = registration && sealed.newRecord('subject', registration.subjectId);
  const inEvidence = (column: string, octets: Uint8Array) =>
    record.encrypt('evidence', place('evidence', column, verificationId), octets);
  const inVerification = (purpose: 'report' | 'attributes', column: string, octets: Uint8Array) =>
    record.encrypt(purpose, place('verification', column, verificationId), octets);
  return {
    recordKey: record.wrapped,
    subjectKey: subject?.wrapped ?? null,
    reference:
      request.reference === undefined ? null : inVerification('report', 'reference', Buffer.from(request.reference)),
    attributes: attributes && inVerification('attributes', 'attributes', attributes),
    signature: inEvidence('signature', evidence.signature),
    content: evidence.content && inEvidence('content', evidence.content),
    signerCertificate: inEvidence('certificate', signed.certificate.der),
    ocspResponse: findings?.ocspResponse ? inEvidence('ocsp_response', findings.ocspResponse) : null,
    serialNumber:
      subject &&
      registration &&
      subject.encrypt(
        'serial',
        place('certificate', 'serial_number', registration.certificateId),
        signed.certificate.serialNumber.octets,
      ),
    subjectAttributes:
      subject &&
      registration &&
      attributes &&
      subject.encrypt('attributes', place('subject_attributes', 'attributes', registration.attributesId), attributes),
    answer: sealAnswer(sealed, caller, key, parts.answer),
  };
}
