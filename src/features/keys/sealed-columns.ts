import { RECORD_KEY_PURPOSE, type RecordKind } from '../../platform/vault/vault.ts';
import type { SealedColumn } from './key-store.ts';

/**
 * Every column that holds what a tenant's data key sealed and that is kept for longer than a day: idempotency_key.answer is
 * gone before a second rotation. A test holds this list and the next against the schema.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'challenge', id: 'id', column: 'content', purpose: 'evidence' },
  ...[...new Set(Object.values(RECORD_KEY_PURPOSE))].map((purpose) => ({
    ...{ table: 'key_store.record_key', id: 'record_id', column: 'wrapped', purpose },
    perPurpose: true,
  })),
];

/** A column whose fields are sealed under the keys of the records that they belong to. */
export interface RecordColumn extends SealedColumn {
  /** The column that names the record. */
  readonly record: string;
}

export const RECORD_COLUMNS: Readonly<Record<RecordKind, readonly RecordColumn[]>> = {
  verification: [
    { table: 'verification', record: 'id', id: 'id', column: 'reference', purpose: 'report' },
    { table: 'verification', record: 'id', id: 'id', column: 'attributes', purpose: 'attributes' },
    ...['signature', 'content', 'certificate', 'ocsp_response'].map((column) => ({
      ...{ table: 'evidence', record: 'verification_id', id: 'verification_id', column },
      purpose: 'evidence' as const,
    })),
  ],
  subject: [
    { table: 'certificate', record: 'subject_id', id: 'id', column: 'serial_number', purpose: 'serial' },
    { table: 'subject_attributes', record: 'subject_id', id: 'id', column: 'attributes', purpose: 'attributes' },
  ],
};
