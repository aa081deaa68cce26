import type { ContainerDocument } from '../../core/evidence/package-entries.ts';
import type { RulesInForce, SettingsInForce } from '../../core/evidence/settings-in-force.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { FieldVault, TenantVault } from '../../platform/vault/vault.ts';
import type { Caller } from '../tenants/caller.ts';
import { type EvidenceRow, selectDocuments, selectEvidence } from './evidence-store.ts';
import { buildAnswer } from './read.ts';
import { type ShownVerification, shownTo } from './shown.ts';
import { selectVerification } from './store.ts';

/** A verification with all that it was judged by. */
export interface EvidenceOnFile {
  readonly verifiedAt: number;
  /** As the caller is shown it. */
  readonly answer: ShownVerification;
  readonly container: ContainerDocument;
  readonly signature: Buffer;
  readonly content: Buffer | null;
  readonly certificate: Buffer;
  readonly ocspResponse: Buffer | null;
  readonly crl: Buffer | null;
  /** In the order of the settings. */
  readonly supportingCrls: readonly Buffer[];
  readonly settings: SettingsInForce;
  readonly rules: RulesInForce;
  /** In the order of the rules. */
  readonly trustAnchors: readonly Buffer[];
}

/** Within a transaction of the caller's tenant; undefined where the tenant has no such verification. */
export async function loadEvidence(
  trx: Transaction,
  sealed: TenantVault,
  caller: Caller,
  verificationId: string,
): Promise<EvidenceOnFile | undefined> {
  const row = await selectVerification(trx, caller.tenantId, verificationId);
  const evidence = row && (await selectEvidence(trx, caller.tenantId, verificationId));
  if (row === undefined || evidence === undefined) return undefined;
  const shown = shownTo(caller, { ok: true, value: buildAnswer(sealed, caller, row) });
  if (!shown.ok) throw new Error('an answer is shown to its caller');
  const record = sealed.openRecord('verification', verificationId, row.record_key);
  const opened = openEvidence(record, caller.tenantId, verificationId, evidence);
  return {
    verifiedAt: row.verified_at.getTime(),
    answer: shown.value,
    ...opened,
    ...(await loadPublic(trx, evidence)),
  };
}

function openEvidence(record: FieldVault, tenantId: string, rowId: string, row: EvidenceRow) {
  const open = (column: string, octets: Buffer) =>
    record.decrypt('evidence', { table: 'evidence', column, rowId, tenantId }, octets);
  return {
    signature: open('signature', row.signature),
    content: row.content && open('content', row.content),
    certificate: open('certificate', row.certificate),
    ocspResponse: row.ocsp_response && open('ocsp_response', row.ocsp_response),
  };
}

async function loadPublic(trx: Transaction, row: EvidenceRow) {
  const settings = JSON.parse(row.settings) as SettingsInForce;
  const list = row.crl === null ? null : (JSON.parse(row.crl) as { readonly sha256: string }).sha256;
  const supporting = settings.supportingCrls ?? [];
  const lists = [...supporting, ...(list === null ? [] : [list])];
  const rulesAndLists = await selectDocuments(trx, [settings.rulesSha256, ...lists]);
  const rules = JSON.parse(documentOf(rulesAndLists, settings.rulesSha256).toString()) as RulesInForce;
  const anchors = await selectDocuments(trx, rules.trustAnchors);
  return {
    container: JSON.parse(row.container) as ContainerDocument,
    crl: list === null ? null : documentOf(rulesAndLists, list),
    supportingCrls: supporting.map((sha256) => documentOf(rulesAndLists, sha256)),
    settings,
    rules,
    trustAnchors: rules.trustAnchors.map((sha256) => documentOf(anchors, sha256)),
  };
}

function documentOf(documents: ReadonlyMap<string, Buffer>, sha256: string): Buffer {
  const octets = documents.get(sha256);
  if (octets === undefined) throw new Error(`the public document ${sha256} is gone`);
  return octets;
}
