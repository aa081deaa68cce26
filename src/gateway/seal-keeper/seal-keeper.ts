import type { AuditSeal } from '../../core/audit/seal.ts';

/**
 * A place that the operator of the database does not control, to which seals are told as they are made: a database that
 * was rolled back contradicts what is held there.
 */
export interface SealKeeper {
  /** Stable over restarts, not secret: under it the database notes how far the place was told. */
  readonly destination: string;
  /** In ascending order of batches; telling a seal twice does no harm. False when it did not take them: later again. */
  keep(seals: readonly AuditSeal[]): Promise<boolean>;
  /** Of a place that can be read: the last seal that it has. null: it cannot be, and the database notes how far it is. */
  readonly loadLast: (() => Promise<AuditSeal | undefined>) | null;
}
