import type { SealedColumn } from './key-store.ts';

/**
 * Every column that holds what a data key sealed and that is kept for longer than a day: idempotency_key.answer is gone
 * before a second rotation. A test holds the list against the schema.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'challenge', id: 'id', column: 'content', purpose: 'evidence' },
  { table: 'verification', id: 'id', column: 'reference', purpose: 'report' },
  { table: 'verification', id: 'id', column: 'attributes', purpose: 'attributes' },
  { table: 'evidence', id: 'verification_id', column: 'signature', purpose: 'evidence' },
  { table: 'evidence', id: 'verification_id', column: 'content', purpose: 'evidence' },
  { table: 'evidence', id: 'verification_id', column: 'certificate', purpose: 'evidence' },
  { table: 'evidence', id: 'verification_id', column: 'ocsp_response', purpose: 'evidence' },
  { table: 'certificate', id: 'id', column: 'serial_number', purpose: 'serial' },
  { table: 'subject_attributes', id: 'id', column: 'attributes', purpose: 'attributes' },
];
