import type { CertifiedAttributes } from '../../core/jpki/attributes.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { FieldVault, HashGeneration, TenantVault, Vault } from '../../platform/vault/vault.ts';
import { lineOf } from '../audit/service.ts';
import { type Problem, problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { buildResponse, buildSummary, type StoredReport } from './response.ts';
import type { Selection, VerificationReportRow, VerificationRow, VerificationStore } from './store.ts';
import type { VerificationFilters, VerificationPage, VerificationResponse } from './wire.ts';

const USUAL_LIMIT = 50;
const GREATEST_LIMIT = 500;

/** When and under which request it is read. */
export interface Occasion {
  readonly at: number;
  readonly requestId: string;
}

/** The answer of that day, from what was recorded. */
export async function readVerification(
  store: VerificationStore,
  vault: Vault,
  caller: Caller,
  verificationId: string,
  occasion: Occasion,
): Promise<ServiceResult<VerificationResponse>> {
  const { tenantId } = caller;
  const line = lineOf(caller, occasion, 'verification.read', verificationId);
  const sealed = await vault.open(tenantId);
  const answer = await store.showVerification(verificationId, line, (row) => buildAnswer(sealed, caller, row));
  return answer === undefined ? problem('verification-not-found') : { ok: true, value: answer };
}

/** The answer of that day. */
export function buildAnswer(
  sealed: TenantVault,
  { tenantId, tenantRole }: Caller,
  row: VerificationReportRow,
): VerificationResponse {
  const record = sealed.openRecord('verification', row.id, row.record_key);
  const identity = { table: 'verification', column: 'attributes', rowId: row.id, tenantId };
  const attributes =
    row.attributes === null
      ? null
      : (JSON.parse(record.decrypt('attributes', identity, row.attributes).toString()) as CertifiedAttributes);
  return buildResponse({
    verificationId: row.id,
    reference: row.reference && decryptReference(record, tenantId, row.id, row.reference),
    purpose: row.purpose,
    report: JSON.parse(row.report) as StoredReport,
    attributes,
    ids: { certificateId: row.certificate_id, subjectId: row.subject_id, subjectIsNew: row.subject_is_new },
    role: tenantRole,
  });
}

/** Newest first, by pages. */
export async function listVerifications(
  store: VerificationStore,
  vault: Vault,
  caller: Caller,
  filters: VerificationFilters,
  occasion: Occasion,
): Promise<ServiceResult<VerificationPage>> {
  const { tenantId } = caller;
  const line = lineOf(caller, occasion, 'verification.list', null);
  const sealed = await vault.open(tenantId);
  return withHashes(vault.hashes, async (hashes): Promise<ServiceResult<VerificationPage>> => {
    const selection = toSelection(hashes, tenantId, filters);
    if ('code' in selection) return selection;
    const { limit } = selection;
    return store.showVerifications({ ...selection, limit: limit + 1 }, line, (rows) => {
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const isLast = rows.length <= limit || last === undefined;
      const items = page.map((row) => buildSummary(row, openReference(sealed, tenantId, row), caller.tenantRole));
      const nextCursor = isLast ? null : encodeCursor({ verifiedAt: last.verified_at, verificationId: last.id });
      return { ok: true, value: { items, nextCursor } };
    });
  });
}

function toSelection(hashes: HashGeneration, tenantId: string, filters: VerificationFilters): Selection | Problem {
  const { reference, subject, indication, cursor, limit = USUAL_LIMIT } = filters;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && after === undefined) return problem('cursor-invalid');
  const from = filters.from === undefined ? undefined : new Date(filters.from);
  const to = filters.to === undefined ? undefined : new Date(filters.to);
  for (const [name, date] of Object.entries({ from, to })) {
    if (date !== undefined && Number.isNaN(date.getTime())) {
      return problem('invalid-request', `/${name}`, 'must be an instant that a calendar has');
    }
  }
  return {
    referenceMacs: reference === undefined ? undefined : macsOf(hashes, tenantId, reference),
    subjectId: subject,
    indication,
    from,
    to,
    after,
    limit: Math.min(Math.max(1, Math.trunc(limit)), GREATEST_LIMIT),
  };
}

/** Under each key that it may be kept under. */
function macsOf(hashes: HashGeneration, tenantId: string, reference: string) {
  const former = hashes.before.lookup?.(tenantId, 'reference', reference);
  const any = [hashes.lookup(tenantId, 'reference', reference), ...(former === undefined ? [] : [former])];
  return { any, hashEpoch: hashes.epoch };
}

function openReference(sealed: TenantVault, tenantId: string, { id, reference, record_key }: VerificationRow) {
  return reference && decryptReference(sealed.openRecord('verification', id, record_key), tenantId, id, reference);
}

function decryptReference(record: FieldVault, tenantId: string, rowId: string, reference: Uint8Array): string {
  const identity = { table: 'verification', column: 'reference', rowId, tenantId };
  return record.decrypt('report', identity, reference).toString();
}
