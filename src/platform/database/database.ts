import type { Knex } from 'knex';
import type pg from 'pg';

export type Transaction = Knex.Transaction;

/** Pool of the application's login (RLS applies). One per process. */
export interface Database {
  readonly knex: Knex;
  readonly pool: pg.Pool;
  /** How long a caller waits for its turn, milliseconds. */
  readonly longestWaitMs: number;
  /**
   * One transaction with `app.tenant` set to that tenant for its length (row-level security reads it). Rolled back when
   * `work` rejects. A lost connection or a full pool becomes DatabaseUnavailable.
   */
  inTenant<T>(tenantId: string, work: (trx: Transaction) => Promise<T>): Promise<T>;
  /**
   * The hot statement: one function call in one round trip, its own transaction; the function sets the tenant itself.
   * `name` makes it a prepared statement.
   */
  call<Row extends pg.QueryResultRow>(name: string, sql: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Can a trivial statement be answered within `timeoutMs`? */
  isReachable(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** PostgreSQL cannot be used right now: answered as 503 `database-unavailable`, retryable. By SQLSTATE, never by text. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('the database cannot be used right now', { cause });
    this.name = 'DatabaseUnavailable';
  }
}
