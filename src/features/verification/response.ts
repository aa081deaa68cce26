import type { CertifiedAttributes } from '../../core/jpki/attributes.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { CertificateFacts, Report, RevocationFacts } from '../../core/verification/report.ts';
import type { TenantRole } from '../tenants/caller.ts';
import type { AnswerIds, VerificationRow } from './store.ts';
import type { VerificationResponse, VerificationSummary } from './wire.ts';

/** The report as it is stored: without what is personal, with what is on file about the certificate. */
export interface StoredReport extends Omit<Report, 'attributes' | 'certificate'> {
  readonly certificate:
    | (CertificateFacts & { readonly serialNumberMac: string; readonly formerSerialNumberMac?: string })
    | null;
  /** None in reports of before there were any. */
  readonly policyVersion?: number | null;
  readonly rulesVersion?: number;
}

export interface ResponseParts {
  readonly verificationId: string;
  readonly reference: string | null;
  readonly purpose: string;
  readonly report: StoredReport;
  readonly attributes: CertifiedAttributes | null;
  readonly ids: AnswerIds;
  readonly role: TenantRole;
}

export const NO_IDS: AnswerIds = { certificateId: null, subjectId: null, subjectIsNew: null };

/** The answer, the same from a fresh record and from what is on file. */
export function buildResponse(parts: ResponseParts): VerificationResponse {
  const { verificationId, reference, purpose, report, attributes, ids, role } = parts;
  const { certificate, revocation } = report;
  const isProvider = role === 'service-provider';
  const answer: VerificationResponse = {
    verificationId,
    reference,
    purpose,
    verifiedAt: report.verifiedAt,
    indication: report.indication,
    retryable: report.retryable,
    subIndication: report.subIndication,
    checks: report.checks,
    // 公的個人認証法 52条: a service-provider is told the outcome, nothing of the certificate
    certificate: certificate === null || isProvider ? null : { id: null, ...certificate },
    revocation: revocation !== null && isProvider ? withoutSources(revocation) : revocation,
    attributes,
    declared: null,
    subject: null,
    legalMethod: report.legalMethod,
    policyVersion: report.policyVersion ?? null,
    rulesVersion: report.rulesVersion ?? null,
  };
  return withIds(answer, ids);
}

/** The name of a CRL tells the municipality that the certificate is of. */
function withoutSources(revocation: RevocationFacts): RevocationFacts {
  const attempts = revocation.attempts.map((attempt) => ({ ...attempt, source: attempt.method }));
  return { ...revocation, attempts };
}

/** Puts in the ids that the database gave. */
export function withIds(answer: VerificationResponse, ids: AnswerIds): VerificationResponse {
  const { certificateId, subjectId, subjectIsNew } = ids;
  return {
    ...answer,
    certificate: answer.certificate === null ? null : { ...answer.certificate, id: certificateId },
    subject: subjectId === null ? null : { id: subjectId, isNew: subjectIsNew === true },
    // answers kept under an Idempotency-Key may be of before there were any
    policyVersion: answer.policyVersion ?? null,
    rulesVersion: answer.rulesVersion ?? null,
  };
}

export function buildSummary(row: VerificationRow, reference: string | null, role: TenantRole): VerificationSummary {
  return {
    verificationId: row.id,
    reference,
    purpose: row.purpose,
    verifiedAt: formatInstant(row.verified_at.getTime()),
    indication: row.indication,
    subIndication: row.sub_indication,
    retryable: row.retryable,
    certificateId: role === 'service-provider' ? null : row.certificate_id,
    subjectId: row.subject_id,
  };
}
