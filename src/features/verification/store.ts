import type { CertificateKind, CertificateMedium } from '../../core/jpki/certificate-kind.ts';
import type { CrlReason } from '../../core/revocation/status.ts';
import type { Indication, SubIndication } from '../../core/verdict/check.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ChallengeKind } from '../challenges/service.ts';
import type { IdempotencyFacts } from '../idempotency.ts';
import type { Position } from './cursor.ts';

/** What is known beforehand; the halves are null where there is nothing. */
export interface GatheredRow {
  readonly challenge_kind: ChallengeKind | null;
  readonly challenge_purpose: string;
  readonly challenge_content: Buffer;
  readonly challenge_issued_at: Date;
  readonly challenge_expires_at: Date;
  readonly challenge_used_at: Date | null;
  readonly body_hash: Buffer | null;
  readonly answer: Buffer;
  readonly answer_ids: AnswerIds;
}

/** Ids that the database gave. */
export interface AnswerIds {
  readonly certificateId: string | null;
  readonly subjectId: string | null;
  readonly subjectIsNew: boolean | null;
}

/** `p_facts` of record_verification: octets in hexadecimal, times RFC 3339. */
export interface VerificationFacts {
  readonly verificationId: string;
  readonly clientId: string;
  readonly requestId: string;
  readonly referenceMac: string | null;
  readonly purpose: string;
  readonly format: string;
  readonly verifiedAt: string;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly retryable: boolean;
  readonly challengeId: string | null;
  readonly claimChallenge: boolean;
  readonly idempotency: IdempotencyFacts | null;
  readonly identity: CertificateIdentity | null;
  readonly register: CertificateRegistration | null;
  readonly revoked: { readonly revokedAt: string; readonly reason: CrlReason | null } | null;
  /** The evidence accepted this time says good. */
  readonly saidGood: boolean;
  readonly evidence: { readonly container: unknown; readonly crl: unknown; readonly settings: unknown };
  /** As many as a verification can have events. */
  readonly eventIds: readonly string[];
}

export interface CertificateIdentity {
  readonly issuerKeySha256: string;
  readonly serialMatch: string;
  readonly certificateSha256: string;
}

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
  readonly reference: Buffer | null;
  readonly attributes: Buffer | null;
  readonly signature: Buffer;
  readonly content: Buffer | null;
  readonly signerCertificate: Buffer;
  readonly ocspResponse: Buffer | null;
  readonly serialNumber: Buffer | null;
  readonly subjectAttributes: Buffer | null;
  readonly answer: Buffer | null;
}

/** Nothing was written unless `recorded`; see record_verification. */
export interface RecordedRow {
  readonly outcome: 'recorded' | 'replayed' | 'key-reused' | 'challenge-lost' | 'identity-conflict' | 'revoked-on-file';
  readonly certificate_id: string | null;
  readonly subject_id: string | null;
  readonly subject_is_new: boolean | null;
  readonly answer: Buffer | null;
  readonly answer_ids: AnswerIds | null;
  /** With `revoked-on-file`. */
  readonly revoked_at: Date | null;
  readonly revocation_reason: CrlReason | null;
}

export interface VerificationRow {
  readonly id: string;
  readonly reference: Buffer | null;
  readonly purpose: string;
  readonly verified_at: Date;
  readonly indication: Indication;
  readonly sub_indication: SubIndication | null;
  readonly retryable: boolean;
  readonly certificate_id: string | null;
  readonly subject_id: string | null;
  readonly subject_is_new: boolean | null;
}

export interface VerificationReportRow extends VerificationRow {
  readonly report: unknown;
  readonly attributes: Buffer | null;
}

export interface Selection {
  readonly referenceMac?: Buffer | undefined;
  readonly subjectId?: string | undefined;
  readonly indication?: Indication | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

const SUMMARY = [
  'id',
  'reference',
  'purpose',
  'verified_at',
  'indication',
  'sub_indication',
  'retryable',
  'certificate_id',
  'subject_id',
  'subject_is_new',
];

export type VerificationStore = ReturnType<typeof createVerificationStore>;

export function createVerificationStore(database: Database) {
  return {
    async loadBeforehand(
      tenantId: string,
      challengeId: string | null,
      clientId: string,
      key: IdempotencyFacts | null,
      at: Date,
    ): Promise<GatheredRow | undefined> {
      const sql = 'select * from gather_verification($1, $2, $3, $4, $5, $6)';
      const keyHash = key === null ? null : Buffer.from(key.keyHash, 'hex');
      const values = [tenantId, challengeId, clientId, key?.operation ?? null, keyHash, at];
      return (await database.call<GatheredRow & Record<string, unknown>>('gather_verification', sql, values))[0];
    },

    async recordVerification(
      tenantId: string,
      facts: VerificationFacts,
      report: string,
      secrets: VerificationSecrets,
    ): Promise<RecordedRow> {
      const sql = 'select * from record_verification($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)';
      const values = [
        tenantId,
        JSON.stringify(facts),
        report,
        secrets.reference,
        secrets.attributes,
        secrets.signature,
        secrets.content,
        secrets.signerCertificate,
        secrets.ocspResponse,
        secrets.serialNumber,
        secrets.subjectAttributes,
        secrets.answer,
      ];
      const rows = await database.call<RecordedRow & Record<string, unknown>>('record_verification', sql, values);
      if (rows[0] === undefined) throw new Error('record_verification gave no row');
      return rows[0];
    },

    async loadVerification(tenantId: string, id: string): Promise<VerificationReportRow | undefined> {
      return database.inTenant(tenantId, async (trx) =>
        trx('verification')
          .where({ tenant_id: tenantId, id })
          .first<VerificationReportRow | undefined>(...SUMMARY, 'report', 'attributes'),
      );
    },

    /** Newest first. */
    async listVerifications(tenantId: string, selection: Selection): Promise<VerificationRow[]> {
      const { referenceMac, subjectId, indication, from, to, after, limit } = selection;
      return database.inTenant(tenantId, async (trx) => {
        const query = trx('verification').where({ tenant_id: tenantId });
        if (referenceMac !== undefined) query.where({ reference_mac: referenceMac });
        if (subjectId !== undefined) query.where({ subject_id: subjectId });
        if (indication !== undefined) query.where({ indication });
        if (from !== undefined) query.where('verified_at', '>=', from);
        if (to !== undefined) query.where('verified_at', '<', to);
        if (after !== undefined) query.whereRaw('(verified_at, id) < (?, ?)', [after.verifiedAt, after.verificationId]);
        return query
          .orderBy(['verified_at', 'id'].map((column) => ({ column, order: 'desc' })))
          .limit(limit)
          .select(SUMMARY);
      });
    },
  };
}
