/** How a trail can be broken; a closed set. */
export type FaultKind =
  /** Numbers without a seal, up to `lastBatch`. */
  | 'seal-missing'
  /** Its signature does not fit its content. */
  | 'seal-altered'
  | 'seal-key-unknown'
  /** Sealed at a time at which its key was not in use. */
  | 'seal-key-out-of-time'
  /** Not chained to the seal before it. */
  | 'chain-broken'
  | 'seal-time-reversed'
  /** The leaf hashes of the batch do not make the sealed root. */
  | 'leaves-altered'
  | 'leaves-missing'
  | 'line-altered'
  | 'line-erased'
  /** A line where the batch has none, or in a batch that is none. */
  | 'line-inserted'
  /** It stands at the place of another line of its batch. */
  | 'line-reordered'
  /** Lines were taken away under a pruning that no line of the trail tells of. */
  | 'pruning-unproven'
  /** A key that the vault of this deployment did not make. */
  | 'key-forged'
  /** The seal held outside has another content under this number. */
  | 'seal-differs'
  /** Seals held outside are gone here: the database is an older one. */
  | 'rolled-back'
  /** A timestamp that the one after it, a line of the trail or a file held outside tells of is gone. */
  | 'timestamp-missing'
  /** Its token is not over these seals and the timestamps before it, or what is written down of it is not what it says. */
  | 'timestamp-altered'
  /** The timestamp held outside has another token under this number. */
  | 'timestamp-differs'
  /** No authority that is trusted made it. */
  | 'timestamp-untrusted';

/** One place where the trail breaks. */
export interface Fault {
  readonly fault: FaultKind;
  readonly batch: number | null;
  readonly lastBatch?: number;
  readonly position?: number;
  readonly lineId?: string;
  readonly keyId?: string;
  /** Number of a timestamp of the chain of seals. */
  readonly timestamp?: number;
  /** SHA-256 of its token, where that is all that is known of it. */
  readonly token?: string;
}
