import type { Transaction } from '../../platform/database/database.ts';
import { contextOfSecret } from '../../platform/vault/deployment-secrets.ts';
import { identityOf } from './seal-keys.ts';

export interface SealKeyWrapping {
  readonly keyId: string;
  /** Where the wrapping belongs. */
  readonly context: readonly string[];
  readonly wrapped: Buffer;
}

/** The private keys that sign seals, as the vault has wrapped them. */
export async function loadSealKeyWrappings(trx: Transaction): Promise<readonly SealKeyWrapping[]> {
  const rows = await trx('audit_key').select<{ key_id: string; private_key: Buffer }[]>('key_id', 'private_key');
  return rows.map(({ key_id: keyId, private_key: wrapped }) => ({
    ...{ keyId, wrapped },
    context: contextOfSecret(identityOf(keyId)),
  }));
}
