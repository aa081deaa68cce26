import pg from 'pg';
import type { Log } from '../log.ts';
import { DatabaseUnavailable } from './database.ts';
import { translateError } from './database-error.ts';

export interface ConnectionPool {
  readonly pool: pg.Pool;
  readonly longestWaitMs: number;
  /** A connection of the pool; DatabaseUnavailable when none can be had in time. */
  acquire(): Promise<pg.PoolClient>;
  /** Given back, or thrown away when it broke. */
  release(client: pg.PoolClient): void;
}

export interface PoolOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly log: Log;
  /** Longest wait for a connection, free or new. */
  readonly acquireTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
}

/** No reply after so many times the server's own statement timeout: none will come, the connection is dead. */
const SILENCE_FACTOR = 1.5;
const TIMER_SLACK_MS = 5;

export function createPool(options: PoolOptions): ConnectionPool {
  const { acquireTimeoutMs = 5_000, statementTimeoutMs = 10_000 } = options;
  const silenceMs = SILENCE_FACTOR * statementTimeoutMs;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'jpki-verifier',
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    query_timeout: silenceMs,
  });
  const lost = new WeakSet<pg.PoolClient>();
  pool.on('error', () => undefined); // of idle connections; logged below, replaced at the next need
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (!lost.has(client) && !pool.ending) options.log.warn('database.connection-lost', { error });
      lost.add(client);
    });
    client.on('end', () => lost.add(client));
    translateQueryErrors(client, lost, silenceMs);
  });
  return {
    pool,
    longestWaitMs: acquireTimeoutMs,
    acquire: async () => {
      try {
        return await pool.connect();
      } catch (error) {
        throw new DatabaseUnavailable(error);
      }
    },
    release: (client) => client.release(lost.has(client)),
  };
}

/**
 * Every query of the connection, by promise or callback (knex), rejects with translated errors only. Lost is a connection
 * that broke (its events came before), that the server ended (FATAL), or whose answer did not come in time (it might still
 * come, to the next question); any other error without a SQLSTATE is a fault of the program.
 */
function translateQueryErrors(client: pg.PoolClient, lost: WeakSet<pg.PoolClient>, silenceMs: number): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  const translating = (...parameters: unknown[]): unknown => {
    const startedAt = performance.now();
    const translate = (error: unknown): unknown => {
      const isFatal = error instanceof pg.DatabaseError && error.severity === 'FATAL';
      const isLate =
        !(error instanceof pg.DatabaseError) && performance.now() - startedAt >= silenceMs - TIMER_SLACK_MS;
      if (isFatal || isLate) lost.add(client);
      return translateError(error, lost.has(client));
    };
    const callback = parameters.at(-1);
    if (typeof callback === 'function') {
      const answer = (error: unknown, result: unknown) => callback(error && translate(error), result);
      return query(...parameters.slice(0, -1), answer);
    }
    const result = query(...parameters);
    return result instanceof Promise ? result.catch((error) => Promise.reject(translate(error))) : result;
  };
  client.query = translating as typeof client.query;
}
