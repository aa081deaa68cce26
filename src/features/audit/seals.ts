import { describeSeal } from '../../core/audit/seal-text.ts';
import type { SealKey } from '../../core/audit/trail.ts';
import { encodeBase64 } from '../../core/base64.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Database } from '../../platform/database/database.ts';
import { loadPublicKeys, loadSealsAfter } from './seal-store.ts';
import type { SealFilters, SealKeyDocument, SealPage } from './wire.ts';

const USUAL_LIMIT = 100;

/** Seals in the order of their batches, and every key with its time: they belong to no tenant and hold nothing of one. */
export async function listSeals(
  database: Database,
  { after = 0, limit = USUAL_LIMIT }: SealFilters,
): Promise<SealPage> {
  const seals = await loadSealsAfter(database.knex, after, limit);
  const keys = await loadPublicKeys(database.knex);
  const isLast = seals.length < limit;
  return {
    items: seals.map(describeSeal),
    keys: keys.map(describeKey),
    nextAfter: isLast ? null : (seals.at(-1)?.batch ?? null),
  };
}

export function describeKey({ keyId, spki, validFrom, validUntil }: SealKey): SealKeyDocument {
  return {
    ...{ keyId, algorithm: 'Ed25519', publicKey: encodeBase64(spki) },
    validFrom: formatInstant(validFrom),
    validUntil: validUntil === null ? null : formatInstant(validUntil),
  };
}
