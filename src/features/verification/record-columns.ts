import type { CertificateKind, CertificateMedium } from '../../core/jpki/certificate-kind.ts';
import type { CrlReason } from '../../core/revocation/status.ts';
import type { Indication, SubIndication } from '../../core/verdict/check.ts';
import { type ArrayElement, type ArrayType, encodeArray } from '../../platform/database/binary-arrays.ts';
import type { IdempotencyFacts } from '../idempotency.ts';

/** One verification as record_verifications takes it. Instants are milliseconds. */
export interface VerificationRecord {
  readonly verificationId: string;
  readonly clientId: string;
  readonly requestId: string;
  readonly verifiedAt: number;
  readonly purpose: string;
  readonly format: string;
  readonly referenceMac: Uint8Array | null;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly retryable: boolean;
  /** JSON in UTF-8. */
  readonly report: Uint8Array;
  readonly evidence: EvidenceColumns;
  /** The evidence accepted this time says good. */
  readonly saidGood: boolean;
  /** As many as a verification can have events. */
  readonly eventIds: readonly string[];
  readonly auditId: string;
  /** The scope that let the request in, and where it came from. */
  readonly allowedBy: string | null;
  readonly fromAddress: string | null;
  readonly key: IdempotencyFacts | null;
  /** Of the keys of its hashes. */
  readonly hashEpoch: number;
  readonly challengeId: string | null;
  readonly claimsChallenge: boolean;
  readonly identity: CertificateIdentity | null;
  /** Instead of a registration. */
  readonly believedOnFile: boolean;
  readonly registration: CertificateRegistration | null;
  readonly revoked: { readonly revokedAt: number; readonly reason: CrlReason | null } | null;
  readonly secrets: VerificationSecrets;
}

/** JSON. */
export interface EvidenceColumns {
  readonly container: string;
  readonly crl: string | null;
  readonly settings: string;
}

export interface CertificateIdentity {
  readonly issuerKeySha256: Uint8Array;
  readonly serialMatch: Uint8Array;
  /** Under the key of before, while it is rotated. */
  readonly serialMatchBefore: Uint8Array | null;
  readonly certificateSha256: Uint8Array;
}

/** Octets in hexadecimal, times RFC 3339: it goes as JSON, read only where the certificate is new. */
export interface CertificateRegistration {
  readonly certificateId: string;
  readonly subjectId: string;
  readonly attributesId: string;
  readonly serialNumberMac: string;
  readonly kind: CertificateKind;
  readonly medium: CertificateMedium;
  readonly generation: number | null;
  readonly policy: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly distributionPoint: string | null;
}

/** The encrypted columns; null where there is nothing. */
export interface VerificationSecrets {
  /** The wrapped key that the verification's own fields are under. */
  readonly recordKey: Uint8Array;
  /** Likewise of the subject; null unless it is registered. */
  readonly subjectKey: Uint8Array | null;
  readonly reference: Uint8Array | null;
  readonly attributes: Uint8Array | null;
  readonly signature: Uint8Array;
  readonly content: Uint8Array | null;
  readonly signerCertificate: Uint8Array;
  readonly ocspResponse: Uint8Array | null;
  readonly serialNumber: Uint8Array | null;
  readonly subjectAttributes: Uint8Array | null;
  readonly answer: Uint8Array | null;
}

type Column = readonly [name: string, type: ArrayType, of: (record: VerificationRecord) => ArrayElement];

/** The arrays of record_verifications. */
const COLUMNS: readonly Column[] = [
  ['p_id', 'text[]', (record) => record.verificationId],
  ['p_client_id', 'text[]', (record) => record.clientId],
  ['p_request_id', 'text[]', (record) => record.requestId],
  ['p_verified_at', 'timestamptz[]', (record) => record.verifiedAt],
  ['p_purpose', 'text[]', (record) => record.purpose],
  ['p_format', 'text[]', (record) => record.format],
  ['p_reference_mac', 'bytea[]', (record) => record.referenceMac],
  ['p_reference', 'bytea[]', ({ secrets }) => secrets.reference],
  ['p_indication', 'text[]', (record) => record.indication],
  ['p_sub_indication', 'text[]', (record) => record.subIndication],
  ['p_retryable', 'boolean[]', (record) => record.retryable],
  ['p_report', 'text[]', (record) => record.report],
  ['p_attributes', 'bytea[]', ({ secrets }) => secrets.attributes],
  ['p_container', 'text[]', ({ evidence }) => evidence.container],
  ['p_signature', 'bytea[]', ({ secrets }) => secrets.signature],
  ['p_content', 'bytea[]', ({ secrets }) => secrets.content],
  ['p_signer_certificate', 'bytea[]', ({ secrets }) => secrets.signerCertificate],
  ['p_ocsp_response', 'bytea[]', ({ secrets }) => secrets.ocspResponse],
  ['p_crl', 'text[]', ({ evidence }) => evidence.crl],
  ['p_settings', 'text[]', ({ evidence }) => evidence.settings],
  ['p_said_good', 'boolean[]', (record) => record.saidGood],
  ['p_event_ids', 'text[]', ({ eventIds }) => eventIds.join(' ')],
  ['p_audit_id', 'text[]', (record) => record.auditId],
  ['p_allowed_by', 'text[]', (record) => record.allowedBy],
  ['p_from_address', 'text[]', (record) => record.fromAddress],
  ['p_key_hash', 'bytea[]', ({ key }) => key && Buffer.from(key.keyHash, 'hex')],
  ['p_body_hash', 'bytea[]', ({ key }) => key && Buffer.from(key.bodyHash, 'hex')],
  ['p_key_expires_at', 'timestamptz[]', ({ key }) => key && Date.parse(key.expiresAt)],
  ['p_answer', 'bytea[]', ({ secrets }) => secrets.answer],
  ['p_challenge_id', 'text[]', (record) => record.challengeId],
  ['p_claims_challenge', 'boolean[]', ({ claimsChallenge }) => (claimsChallenge ? true : null)],
  ['p_issuer_key_sha256', 'bytea[]', ({ identity }) => identity?.issuerKeySha256 ?? null],
  ['p_serial_match', 'bytea[]', ({ identity }) => identity?.serialMatch ?? null],
  ['p_certificate_sha256', 'bytea[]', ({ identity }) => identity?.certificateSha256 ?? null],
  ['p_believed_on_file', 'boolean[]', ({ believedOnFile }) => (believedOnFile ? true : null)],
  ['p_registration', 'text[]', ({ registration }) => registration && JSON.stringify(registration)],
  ['p_serial_number', 'bytea[]', ({ secrets }) => secrets.serialNumber],
  ['p_subject_attributes', 'bytea[]', ({ secrets }) => secrets.subjectAttributes],
  ['p_revoked_at', 'timestamptz[]', ({ revoked }) => revoked?.revokedAt ?? null],
  ['p_revocation_reason', 'text[]', ({ revoked }) => revoked?.reason ?? null],
  ['p_key_hash_before', 'bytea[]', ({ key }) => (key?.before ? Buffer.from(key.before.keyHash, 'hex') : null)],
  ['p_body_hash_before', 'bytea[]', ({ key }) => (key?.before ? Buffer.from(key.before.bodyHash, 'hex') : null)],
  ['p_serial_match_before', 'bytea[]', ({ identity }) => identity?.serialMatchBefore ?? null],
  ['p_record_key', 'bytea[]', ({ secrets }) => secrets.recordKey],
  ['p_subject_key', 'bytea[]', ({ secrets }) => secrets.subjectKey],
];

const SCALARS = ['p_tenant', 'p_operation'];
const PARAMETERS = [...SCALARS, ...COLUMNS.map(([name]) => name), 'p_hash_epoch'].map(
  (name, index) => `${name} => $${index + 1}`,
);

/** One row for each record, in their order. */
export const RECORD_VERIFICATIONS = `select * from record_verifications(${PARAMETERS.join(', ')})`;

export const toArrays = (records: readonly VerificationRecord[]): readonly (Buffer | null)[] =>
  COLUMNS.map(([, type, of]) => encodeArray(type, records.map(of)));

/** What no two records of a call may share. */
export function claimsOf({ key, challengeId, claimsChallenge, identity, registration, revoked }: VerificationRecord) {
  const claims: string[] = [];
  if (key !== null) claims.push(`key ${key.keyHash}`);
  if (claimsChallenge) claims.push(`challenge ${challengeId}`);
  if (identity !== null && (registration !== null || revoked !== null)) {
    claims.push(`certificate ${Buffer.from(identity.serialMatch).toString('latin1')}`);
  }
  return claims;
}
