import knexBuilder, { type Knex } from 'knex';
import type pg from 'pg';
import { type ConnectionPool, createPool, type PoolOptions } from './connection-pool.ts';
import type { Database } from './database.ts';
import { sqlStateOf } from './database-error.ts';

/** The application's database: one pool, used by knex and by the hot statements alike. Connects on first use. */
export function createDatabase(options: PoolOptions): Database {
  const connections = createPool(options);
  const knex = knexBuilder({
    client: 'pg',
    version: '15', // what knex may rely on; given, it does not ask each server
    connectionPool: poolForKnex(connections),
    compileSqlOnError: false, // its messages would hold the values
    log: { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined },
  });
  return {
    knex,
    pool: connections.pool,
    longestWaitMs: connections.longestWaitMs,
    inTenant: (tenantId, work) =>
      knex.transaction(async (trx) => {
        await trx.raw(`select set_config('app.tenant', ?, true)`, [tenantId]);
        return work(trx);
      }),
    call: (name, sql, values) => call(connections, { name, text: sql, values: [...values] }),
    isReachable: (timeoutMs) => isReachable(connections, timeoutMs),
    close: async () => {
      await connections.pool.end();
    },
  };
}

/** The plan of a prepared statement no longer fits its result after a migration: nothing was run, prepare it anew. */
const PLAN_OUTDATED = '0A000';

async function call<Row extends pg.QueryResultRow>(
  connections: ConnectionPool,
  statement: pg.QueryConfig,
  isRetry = false,
): Promise<readonly Row[]> {
  const client = await connections.acquire();
  let outdated = false;
  try {
    return (await client.query<Row>(statement)).rows;
  } catch (error) {
    outdated = sqlStateOf(error) === PLAN_OUTDATED && !isRetry;
    if (!outdated) throw error;
  } finally {
    if (outdated) client.release(true);
    else connections.release(client);
  }
  return call(connections, statement, true);
}

async function isReachable(connections: ConnectionPool, timeoutMs: number): Promise<boolean> {
  const answered = connections.acquire().then(async (client) => {
    try {
      await client.query('select 1');
      return true;
    } finally {
      connections.release(client);
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([answered.catch(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Our pool in the shape that knex knows (tarn's). */
function poolForKnex(connections: ConnectionPool): Knex.TarnPoolLike & Record<string, unknown> {
  const pool = connections.pool;
  return {
    acquire: () => ({ promise: connections.acquire() }),
    release: (client: pg.PoolClient) => {
      connections.release(client);
      return true;
    },
    destroy: async () => undefined,
    numFree: () => pool.idleCount,
    numUsed: () => pool.totalCount - pool.idleCount,
    numPendingAcquires: () => pool.waitingCount,
  };
}
