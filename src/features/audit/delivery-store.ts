import type { Transaction } from '../../platform/database/database.ts';

/** The number of the last seal that the destination took; undefined while another replica is telling it. */
export async function claimDelivery(trx: Transaction, destination: string): Promise<number | undefined> {
  const lock = 'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as taken';
  const { rows } = await trx.raw<{ rows: { taken: boolean }[] }>(lock, [`audit_delivery ${destination}`]);
  if (rows[0]?.taken !== true) return undefined;
  const row = await trx('audit_delivery').where({ destination }).first<{ batch: string } | undefined>('batch');
  return Number(row?.batch ?? 0);
}

export async function recordDelivery(trx: Transaction, destination: string, batch: number, at: Date): Promise<void> {
  await trx('audit_delivery')
    .insert({ destination, batch, delivered_at: at })
    .onConflict('destination')
    .merge(['batch', 'delivered_at']);
}
