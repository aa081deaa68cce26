import type { Database } from '../../platform/database/database.ts';
import type { IdempotencyFacts } from '../idempotency.ts';
import type { ChallengeKind } from './wire.ts';

/** Arguments of record_challenge: times are RFC 3339. */
export interface ChallengeFactsRow {
  readonly challengeId: string;
  readonly eventId: string;
  readonly auditId: string;
  readonly clientId: string;
  readonly requestId: string;
  /** The scope that let the request in, and where it came from. */
  readonly allowedBy: string | null;
  readonly fromAddress: string | null;
  readonly kind: ChallengeKind;
  readonly purpose: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly idempotency: IdempotencyFacts | null;
}

export interface RecordedChallenge {
  readonly outcome: 'recorded' | 'replayed' | 'key-reused';
  readonly answer: Buffer | null;
  readonly key_hash: Buffer | null;
}

export type ChallengeStore = ReturnType<typeof createChallengeStore>;

export function createChallengeStore(database: Database) {
  return {
    async recordChallenge(
      tenantId: string,
      facts: ChallengeFactsRow,
      content: Buffer,
      answer: Buffer | null,
    ): Promise<RecordedChallenge> {
      const sql = 'select * from record_challenge($1, $2, $3, $4)';
      const values = [tenantId, JSON.stringify(facts), content, answer];
      const row = (await database.call<RecordedChallenge>('record_challenge', sql, values))[0];
      if (row === undefined) throw new Error('record_challenge gave no row');
      return row;
    },
  };
}
