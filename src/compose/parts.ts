import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

/** What whoever starts the service brings along. */
export interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly patience?: Patience;
}

/** How long is waited before a client is told 408, 503 or TRY_LATER, milliseconds. */
export interface Patience {
  readonly bodyMs: number;
  /** For a connection to the database, free or new. */
  readonly connectionMs: number;
  readonly statementMs: number;
  /** For the database to answer when `/readyz` asks. */
  readonly readinessMs: number;
  /** For a look at the directory of CRLs. */
  readonly crlsMs: number;
  /** For the keys of the authorization server. */
  readonly keysMs: number;
  /** At the end, for the collector to take the spans and metrics that wait. */
  readonly telemetryMs: number;
}

export const PATIENCE: Patience = {
  bodyMs: 10_000,
  connectionMs: 5_000,
  statementMs: 10_000,
  readinessMs: 1_000,
  crlsMs: 2_000,
  keysMs: 3_000,
  telemetryMs: 500,
};
