import type { Transaction } from '../../platform/database/database.ts';

export interface EvidenceRow {
  /** JSON, as are `crl` and `settings`. */
  readonly container: string;
  readonly signature: Buffer;
  readonly content: Buffer | null;
  readonly certificate: Buffer;
  readonly ocsp_response: Buffer | null;
  readonly crl: string | null;
  readonly settings: string;
}

const COLUMNS = ['container', 'signature', 'content', 'certificate', 'ocsp_response', 'crl', 'settings'];

/** Row-level security leaves the tenant's own. */
export const selectEvidence = (trx: Transaction, tenantId: string, id: string): Promise<EvidenceRow | undefined> =>
  trx('evidence')
    .where({ tenant_id: tenantId, verification_id: id })
    .first<EvidenceRow | undefined>(...COLUMNS);

export async function selectDocuments(trx: Transaction, hashes: readonly string[]): Promise<Map<string, Buffer>> {
  const rows = await trx('public_document')
    .whereIn(
      'sha256',
      hashes.map((sha256) => Buffer.from(sha256, 'hex')),
    )
    .select<{ sha256: Buffer; octets: Buffer }[]>('sha256', 'octets');
  return new Map(rows.map(({ sha256, octets }) => [sha256.toString('hex'), octets]));
}
