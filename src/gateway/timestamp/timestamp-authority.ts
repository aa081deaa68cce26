import type { Instant } from '../../core/instant.ts';
import type { HttpFailure } from '../../platform/http-client/http-client.ts';

/** `rejected`: the TSA said so; `invalid-token`: what it gave is no token about that digest. */
export type TimestampFailureCode =
  | HttpFailure
  | 'malformed'
  | 'rejected'
  | 'invalid-token'
  | 'tsa-not-trusted'
  | 'wrong-time';

export type FetchedTimestamp =
  | {
      readonly ok: true;
      /** DER of the TimeStampToken, verified, by a TSA that is trusted. */
      readonly token: Uint8Array;
      readonly genTime: Instant;
      /** When the first certificate of the TSA's path ends. */
      readonly validUntil: Instant;
    }
  /** `detail`: nothing that the other side wrote. */
  | { readonly ok: false; readonly code: TimestampFailureCode; readonly detail: string };

/** Whoever stamps a digest with the time (RFC 3161). */
export interface TimestampAuthority {
  /** `digest`: SHA-256. Never rejects for what the other side does. */
  fetchTimestamp(digest: Uint8Array): Promise<FetchedTimestamp>;
}
