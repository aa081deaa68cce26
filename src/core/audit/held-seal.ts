import type { Fault } from './fault.ts';
import { type AuditSeal, isSameSeal } from './seal.ts';

/**
 * A seal that was held outside against the one that the database has under its number. `lastBatch`: the database's last.
 * The outside cannot be altered by who alters the database: where they differ, the database is wrong.
 */
export function verifyHeldSeal(held: AuditSeal, ours: AuditSeal | undefined, lastBatch: number): Fault | undefined {
  const { batch } = held;
  if (batch > lastBatch) return { fault: 'rolled-back', batch };
  if (ours === undefined) return { fault: 'seal-missing', batch, lastBatch: batch };
  return isSameSeal(held, ours) ? undefined : { fault: 'seal-differs', batch };
}
