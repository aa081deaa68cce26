import type { CrlReason } from '../../core/revocation/status.ts';
import type { Indication, SubIndication } from '../../core/verdict/check.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { createGroupedCalls } from '../../platform/database/grouped-calls.ts';
import { firstIdAt } from '../../platform/ids.ts';
import { holdHashEpoch } from '../../platform/vault/hash-keys.ts';
import { appendAuditLine, type NewAuditLine } from '../audit/service.ts';
import type { ChallengeKind } from '../challenges/service.ts';
import type { IdempotencyFacts } from '../idempotency.ts';
import type { Position } from './cursor.ts';
import { createSeenOnFile } from './on-file.ts';
import {
  type CertificateIdentity,
  claimsOf,
  RECORD_VERIFICATIONS,
  toArrays,
  type VerificationRecord,
} from './record-columns.ts';

/** What is known beforehand; the halves are null where there is nothing. */
export interface GatheredRow {
  readonly challenge_kind: ChallengeKind | null;
  readonly challenge_purpose: string;
  readonly challenge_content: Buffer;
  readonly challenge_issued_at: Date;
  readonly challenge_expires_at: Date;
  readonly challenge_used_at: Date | null;
  readonly key_hash: Buffer | null;
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

/** Nothing was written unless `recorded`; see record_verifications. */
export interface RecordedRow {
  readonly outcome:
    | 'recorded'
    | 'replayed'
    | 'key-reused'
    | 'challenge-lost'
    | 'identity-conflict'
    | 'revoked-on-file'
    | 'not-on-file';
  readonly certificate_id: string | null;
  readonly subject_id: string | null;
  readonly subject_is_new: boolean | null;
  readonly answer: Buffer | null;
  readonly answer_ids: AnswerIds | null;
  /** Under which the answer is kept. */
  readonly key_hash: Buffer | null;
  /** With `revoked-on-file`. */
  readonly revoked_at: Date | null;
  readonly revocation_reason: CrlReason | null;
}

export interface VerificationRow {
  readonly id: string;
  readonly reference: Buffer | null;
  /** What its sealed fields are under, wrapped; null when it is gone, and of records from before they had keys. */
  readonly record_key: Buffer | null;
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
  /** JSON. */
  readonly report: string;
  readonly attributes: Buffer | null;
}

export interface Selection {
  /** Under each key that one may be kept under. */
  readonly referenceMacs?: { readonly any: readonly Buffer[]; readonly hashEpoch: number } | undefined;
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

const RECORD_KEY = `(
  select k.wrapped from key_store.record_key k where k.tenant_id = verification.tenant_id and k.record_id = verification.id
) as record_key`;

/** The record's key was destroyed, so that it is deleted: a backup of the data alone has brought the row back. */
const SHREDDED = `(
  get_byte(coalesce(attributes, reference), 0) = 2 and not exists (
    select from key_store.record_key k where k.tenant_id = verification.tenant_id and k.record_id = verification.id)
)`;

export const selectVerification = (
  trx: Transaction,
  tenantId: string,
  id: string,
): Promise<VerificationReportRow | undefined> =>
  trx('verification')
    .where({ tenant_id: tenantId, id })
    .first<VerificationReportRow | undefined>(...SUMMARY, trx.raw(RECORD_KEY), 'report', 'attributes');

export type VerificationStore = ReturnType<typeof createVerificationStore>;

const OPERATION = 'verifications.verify';
/** With two at once the groups were half as large: a tenth fewer requests a second, measured alternately. */
const MOST_CALLS = 1;
const MOST_IN_GROUP = 32;

export function createVerificationStore(database: Database) {
  const record = createGroupedCalls<VerificationRecord, RecordedRow>({
    send: (tenantId, records) =>
      database.call<RecordedRow & Record<string, unknown>>('record_verifications', RECORD_VERIFICATIONS, [
        tenantId,
        OPERATION,
        ...toArrays(records),
        // what is under older keys than another of the group is refused, and then done by itself
        Math.min(...records.map(({ hashEpoch }) => hashEpoch)),
      ]),
    claimsOf,
    mostInFlight: MOST_CALLS,
    mostInGroup: MOST_IN_GROUP,
    longestWaitMs: database.longestWaitMs,
  });
  const seenOnFile = createSeenOnFile();
  return {
    /** Is the certificate believed to be on file? Then it needs no registration. */
    isSeenOnFile: (tenantId: string, { serialMatch }: CertificateIdentity): boolean =>
      seenOnFile.has(tenantId, serialMatch),

    async loadBeforehand(
      tenantId: string,
      challengeId: string | null,
      clientId: string,
      key: IdempotencyFacts | null,
      at: Date,
    ): Promise<GatheredRow | undefined> {
      const sql = 'select * from gather_verification($1, $2, $3, $4, $5, $6, $7)';
      const octets = (hash: string | undefined) => (hash === undefined ? null : Buffer.from(hash, 'hex'));
      const hashes = [octets(key?.keyHash), at, octets(key?.before?.keyHash)];
      const values = [tenantId, challengeId, clientId, key?.operation ?? null, ...hashes];
      return (await database.call<GatheredRow & Record<string, unknown>>('gather_verification', sql, values))[0];
    },

    /** Durable when it resolves; committed together with others of the tenant that come at the same time. */
    async recordVerification(tenantId: string, verification: VerificationRecord): Promise<RecordedRow> {
      const row = await record(tenantId, verification);
      const serialMatch = verification.identity?.serialMatch;
      if (serialMatch !== undefined && row.certificate_id !== null) seenOnFile.add(tenantId, serialMatch);
      if (serialMatch !== undefined && row.outcome === 'not-on-file') seenOnFile.forget(tenantId, serialMatch);
      return row;
    },

    /** The line tells that it was shown: of one that is not there, or that `show` cannot open, nothing was. */
    async showVerification<T>(
      id: string,
      line: NewAuditLine,
      show: (row: VerificationReportRow) => T,
    ): Promise<T | undefined> {
      return database.inTenant(line.tenantId, async (trx) => {
        const row = await selectVerification(trx, line.tenantId, id);
        if (row === undefined) return undefined;
        const shown = show(row);
        await appendAuditLine(trx, line);
        return shown;
      });
    },

    /** An act that changed nothing, but showed what is personal. */
    recordAct: (line: NewAuditLine): Promise<string> =>
      database.inTenant(line.tenantId, (trx) => appendAuditLine(trx, line)),

    /** Newest first: ids begin with the time. The line tells that they were shown. */
    async showVerifications<T>(
      selection: Selection,
      line: NewAuditLine,
      show: (rows: readonly VerificationRow[]) => T,
    ): Promise<T> {
      const { tenantId } = line;
      const { referenceMacs, subjectId, indication, from, to, after, limit } = selection;
      return database.inTenant(tenantId, async (trx) => {
        if (referenceMacs !== undefined) await holdHashEpoch(trx, referenceMacs.hashEpoch);
        const query = trx('verification').where({ tenant_id: tenantId }).whereRaw(`${SHREDDED} is not true`);
        if (referenceMacs !== undefined) query.whereIn('reference_mac', [...referenceMacs.any]);
        if (subjectId !== undefined) query.where({ subject_id: subjectId });
        if (indication !== undefined) query.where({ indication });
        if (from !== undefined) query.where('id', '>=', firstIdAt('ver', from.getTime()));
        if (to !== undefined) query.where('id', '<', firstIdAt('ver', to.getTime()));
        if (after !== undefined) query.where('id', '<', after.verificationId);
        const shown = show(
          await query
            .orderBy('id', 'desc')
            .limit(limit)
            .select<VerificationRow[]>(...SUMMARY, trx.raw(RECORD_KEY)),
        );
        await appendAuditLine(trx, line);
        return shown;
      });
    },
  };
}
