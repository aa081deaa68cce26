import type { AuditAct } from '../../core/audit/act.ts';
import type { AuditLine } from '../../core/audit/audit-line.ts';
import { buildInclusionProof } from '../../core/audit/merkle-tree.ts';
import type { AuditSeal } from '../../core/audit/seal.ts';
import type { SealKey } from '../../core/audit/trail.ts';
import type { Instant } from '../../core/instant.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { type LineOnFile, loadLeaves, loadLines, selectLines } from './audit-store.ts';
import { loadPublicKeys, loadSeals } from './seal-store.ts';

/** What convinces anyone who trusts the key that this line was sealed, and tells nothing of any other line. */
export interface LineProof {
  readonly line: AuditLine;
  readonly position: number;
  /** From the leaf to the root. */
  readonly path: readonly Uint8Array[];
  readonly seal: AuditSeal;
  readonly key: SealKey;
}

export interface LineProofs {
  readonly proofs: readonly LineProof[];
  /** Of those asked for: lines that wait to be sealed, a few seconds at most. */
  readonly waiting: readonly string[];
}

/**
 * Proofs of lines by their ids, in the order of ids. In a transaction of a tenant these are its own lines; ids of others are
 * passed over. A line that was pruned has none.
 */
export async function proveLines(
  trx: Transaction,
  tenantIds: readonly string[],
  ids: readonly string[],
): Promise<LineProofs> {
  const lines = await loadLines(trx, tenantIds, ids);
  const sealed = lines.filter(isSealed);
  const batches = [...new Set(sealed.map(({ place }) => place.batch))];
  const [seals, leaves, keys] = [
    await loadSeals(trx, batches),
    await loadLeaves(trx, batches),
    await loadPublicKeys(trx),
  ];
  const proofs = sealed.map(({ line, place }): LineProof => {
    const seal = seals.get(place.batch);
    const key = keys.find(({ keyId }) => keyId === seal?.keyId);
    const path = buildInclusionProof(auditCrypto.sha256, leaves.get(place.batch) ?? new Uint8Array(), place.position);
    if (seal === undefined || key === undefined || path === undefined)
      throw new Error(`batch ${place.batch} is not whole`);
    return { line, position: place.position, path, seal, key };
  });
  return { proofs, waiting: lines.filter((one) => !isSealed(one)).map(({ line }) => line.id) };
}

/** Proofs of the lines of one act on one id, of those that happened at that millisecond: ids begin with the time. */
export async function proveAct(
  trx: Transaction,
  tenantId: string,
  { act, target, at }: { readonly act: AuditAct; readonly target: string; readonly at: Instant },
): Promise<LineProofs> {
  const [from, to] = [new Date(at), new Date(at + 1)];
  const lines = await selectLines(trx, { tenantId, act, target, from, to, limit: MOST_OF_AN_ACT });
  const ids = lines.map(({ line }) => line.id);
  return proveLines(trx, [tenantId], ids);
}

const MOST_OF_AN_ACT = 16;

type Sealed = LineOnFile & { readonly place: NonNullable<LineOnFile['place']> };
const isSealed = (one: LineOnFile): one is Sealed => one.place !== null;
