export type HoldReason = 'litigation' | 'authority-request' | 'investigation' | 'complaint' | 'other';

/** One of the two ids. */
export interface LegalHoldRequest {
  readonly subjectId?: string;
  readonly verificationId?: string;
  readonly reason: HoldReason;
}

export interface LegalHold {
  readonly legalHoldId: string;
  readonly subjectId: string | null;
  readonly verificationId: string | null;
  readonly reason: HoldReason;
  readonly placedAt: string;
  readonly placedBy: string;
  readonly liftedAt: string | null;
  readonly liftedBy: string | null;
}

export interface DeletionRecord {
  readonly deletionId: string;
  readonly kind: 'verification' | 'subject' | 'subject-reduced' | 'challenges';
  /** An id; of challenges a day in Japan: those that had expired by its end. */
  readonly target: string;
  readonly count: number;
  readonly deletedAt: string;
  readonly deletedBy: string;
  readonly why: 'request' | 'retention';
  readonly requestId: string | null;
  /** A day in Japan: from then on no backup can bring it back. */
  readonly goneFromBackupsOn: string;
}

export interface PageRequest {
  readonly cursor?: string;
  readonly limit?: number;
}

export interface DeletionFilters extends PageRequest {
  readonly target?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
