import { type AuditSeal, isSameSeal } from '../../core/audit/seal.ts';
import type { SealKeeper } from '../../gateway/seal-keeper/seal-keeper.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { claimDelivery, recordDelivery } from './delivery-store.ts';
import { loadSeals, loadSealsAfter } from './seal-store.ts';

export interface DeliveryDependencies {
  readonly database: Database;
  readonly keepers: readonly SealKeeper[];
  readonly clock: Clock;
  readonly log: Log;
}

const MOST_SEALS = 500;

/** Tells every keeper the seals that it was not told yet; one that fails is told later, and keeps the others from nothing. */
export function createDelivery({ database, keepers, clock, log }: DeliveryDependencies): () => Promise<void> {
  /** What the place itself has comes before any note of ours: a database that was rolled back is found out here. */
  async function tellReadable({ keep }: SealKeeper, loadLast: () => Promise<AuditSeal | undefined>): Promise<boolean> {
    const held = await loadLast();
    if (held !== undefined) {
      const ours = (await loadSeals(database.knex, [held.batch])).get(held.batch);
      if (ours === undefined || !isSameSeal(ours, held)) {
        log.error('audit.rolled-back', { batch: held.batch });
        return false;
      }
    }
    const seals = await loadSealsAfter(database.knex, held?.batch ?? 0, MOST_SEALS);
    if (seals.length > 0) await keep(seals);
    return seals.length === MOST_SEALS;
  }

  const tellNoted = ({ destination, keep }: SealKeeper): Promise<boolean> =>
    database.knex.transaction(async (trx) => {
      const noted = await claimDelivery(trx, destination);
      if (noted === undefined) return false; // another replica is telling it
      const seals = await loadSealsAfter(trx, noted, MOST_SEALS);
      const last = seals.at(-1);
      if (last === undefined) return false;
      if (!(await keep(seals))) {
        log.warn('audit.delivery-failed', { batch: last.batch });
        return false;
      }
      await recordDelivery(trx, destination, last.batch, new Date(clock.now()));
      return seals.length === MOST_SEALS;
    });

  return async () => {
    for (const keeper of keepers) {
      try {
        const { loadLast } = keeper;
        const tell = loadLast === null ? () => tellNoted(keeper) : () => tellReadable(keeper, loadLast);
        while (await tell());
      } catch (error) {
        log.warn('audit.delivery-failed', { error: error instanceof Error ? error : new Error(String(error)) });
      }
    }
  };
}
