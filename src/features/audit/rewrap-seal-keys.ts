import type { Transaction } from '../../platform/database/database.ts';
import { contextOfSecret } from '../../platform/vault/deployment-secrets.ts';
import { identityOf } from './seal-keys.ts';

type Rewrapped = Buffer | 'done' | 'unreadable';

/** The private halves of the keys that sign seals, wrapped anew by `rewrap`; as the owner of the table. */
export async function rewrapSealKeys(
  trx: Transaction,
  rewrap: (context: readonly string[], wrapped: Buffer) => Promise<Rewrapped>,
): Promise<{ readonly done: number; readonly unreadable: readonly string[] }> {
  const rows = await trx('audit_key').select<{ key_id: string; private_key: Buffer }[]>('key_id', 'private_key');
  const unreadable: string[] = [];
  let done = 0;
  for (const row of rows) {
    const renewed = await rewrap(contextOfSecret(identityOf(row.key_id)), row.private_key);
    if (renewed === 'unreadable') unreadable.push(`audit_key ${row.key_id}`);
    else if (renewed !== 'done') done += await trx('audit_key').where(row).update({ private_key: renewed });
  }
  return { done, unreadable };
}
