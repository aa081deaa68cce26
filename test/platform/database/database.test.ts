import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { type Database, DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import { sqlStateOf, violates } from '../../../src/platform/database/database-error.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createEmptyTestDatabase, type TestDatabase } from '../../database.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { ask } from './embedded/running-service.ts';

const TENANT = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';

let test: TestDatabase;
const open: Database[] = [];
const opened = (
  options: { url?: string; poolSize?: number; acquireTimeoutMs?: number; statementTimeoutMs?: number } = {},
) => {
  const database = createDatabase({ url: test.url, poolSize: 2, ...PATIENT_DATABASE, log: silentLog, ...options });
  open.push(database);
  return database;
};

/** Within what the database itself allows, which on a busy machine may need more than one attempt. */
async function untilReachable(database: Database): Promise<void> {
  while (!(await database.isReachable(60_000)));
}

beforeAll(async () => {
  test = await createEmptyTestDatabase();
  const directory = fileURLToPath(new URL('schemas/base', import.meta.url));
  await migrate({ adminUrl: test.adminUrl, loginUrl: test.url, directory, log: silentLog });
});
afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
});
afterAll(() => test?.drop());

describe('inTenant', () => {
  it('sets the tenant for the length of the transaction, and not for the next user of the connection', async () => {
    const database = opened({ poolSize: 1 });
    await database.inTenant(TENANT, (trx) => trx('note').insert({ id: 1, tenant: TENANT, text: 'one' }));
    expect(await database.inTenant(TENANT, (trx) => trx('note').select('id'))).toEqual([{ id: 1 }]);
    expect(await database.inTenant(OTHER, (trx) => trx('note').select('id'))).toEqual([]);
    expect(await database.knex('note').select('id')).toEqual([]);
  });

  it('refuses to write another tenant’s row', async () => {
    const write = opened().inTenant(OTHER, (trx) => trx('note').insert({ id: 2, tenant: TENANT, text: 'two' }));
    await expect(write).rejects.toMatchObject({ code: '42501' });
  });

  it('gives what the work gives, and takes back what it did when it rejects', async () => {
    const database = opened({ poolSize: 1 });
    expect(await database.inTenant(TENANT, async () => 'result')).toBe('result');
    const failure = new Error('not now');
    const work = database.inTenant(TENANT, async (trx) => {
      await trx('note').insert({ id: 3, tenant: TENANT, text: 'three' });
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await database.inTenant(TENANT, (trx) => trx('note').where({ id: 3 }))).toEqual([]);
  });

  it('does not begin the work when the tenant cannot be set', async () => {
    const begun: string[] = [];
    const work = opened({ url: test.url.replace(/:\d+\//, ':1/') }).inTenant(TENANT, async () => {
      begun.push('begun');
    });
    await expect(work).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(begun).toEqual([]);
  });

  it('shows no row for a tenant that is not an id', async () => {
    const work = opened().inTenant('not-a-uuid', (trx) => trx('note').select('id'));
    await expect(work).rejects.toMatchObject({ code: '22P02' });
  });
});

describe('call', () => {
  it('runs one prepared statement with its values', async () => {
    const database = opened({ poolSize: 1 });
    const sum = () => database.call<{ sum: number }>('sum', 'select $1::int + $2::int as sum', [40, 2]);
    expect(await sum()).toEqual([{ sum: 42 }]);
    expect(await sum()).toEqual([{ sum: 42 }]);
    const prepared = await database.call('list', 'select name from pg_prepared_statements order by 1', []);
    expect(prepared).toContainEqual({ name: 'sum' });
  });

  it('prepares anew after a migration changed what the statement gives', async () => {
    await ask(
      test.adminUrl,
      'create table changing (a int); grant select on changing to jpki_app; insert into changing values (1)',
    );
    const database = opened({ poolSize: 1 });
    const read = () => database.call('changing', 'select * from changing', []);
    expect(await read()).toEqual([{ a: 1 }]);
    await ask(test.adminUrl, 'alter table changing add column b int');
    expect(await read()).toEqual([{ a: 1, b: null }]);
  });
});

describe('errors', () => {
  it('do not quote the values of the row', async () => {
    const database = opened();
    const write = (id: number) =>
      database.inTenant(TENANT, (trx) => trx('note').insert({ id, tenant: TENANT, text: 'SENTINEL-甲' }));
    await write(10);
    const error: unknown = await write(11).catch((caught: unknown) => caught);
    expect(violates(error, 'note_text_key')).toBe(true);
    expect(violates(error, 'note_pkey')).toBe(false);
    expect(sqlStateOf(error)).toBe('23505');
    expect(printed(error)).not.toContain('SENTINEL');
    const cast: unknown = await database
      .call('cast', 'select $1::text::int', ['SENTINEL-甲'])
      .catch((caught: unknown) => caught);
    expect(sqlStateOf(cast)).toBe('22P02');
    expect(printed(cast)).not.toContain('SENTINEL');
  });

  it('of the program are not taken for an outage, and leave the connection in the pool', async () => {
    const database = opened({ poolSize: 1 });
    const [before] = await database.call('pid', 'select pg_backend_pid() as pid', []);
    const wrong: unknown = await database.call('pid', 'select 2 as other', []).catch((caught: unknown) => caught);
    expect(wrong).toBeInstanceOf(Error);
    expect(wrong).not.toBeInstanceOf(DatabaseUnavailable);
    expect(await database.call('pid', 'select pg_backend_pid() as pid', [])).toEqual([before]);
  });

  it('of a statement leave the connection usable and in the pool', async () => {
    const database = opened({ poolSize: 1 });
    const pid = () => database.call<{ pid: number }>('pid', 'select pg_backend_pid() as pid', []);
    const [before] = await pid();
    await expect(database.call('wrong', 'select nothing from nowhere', [])).rejects.toMatchObject({ code: '42P01' });
    expect(await pid()).toEqual([before]);
  });
});

/** Everything of an error that a log could write. */
function printed(error: unknown): string {
  const own = Object.getOwnPropertyNames(error).map((name) => String((error as Record<string, unknown>)[name]));
  return own.join('\n');
}

describe('a database that cannot be used right now', () => {
  const unavailable = async (work: Promise<unknown>) => {
    await expect(work).rejects.toBeInstanceOf(DatabaseUnavailable);
  };
  const everyWay = async (database: Database) => {
    await unavailable(database.call('one', 'select 1', []));
    await unavailable(database.inTenant(TENANT, (trx) => trx('note').select('id')));
    await unavailable(database.knex('note').select('id').then());
    expect(await database.isReachable(500)).toBe(false);
  };
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(test.url);
    change(url);
    return url.href;
  };

  it('is not listening', async () => {
    await everyWay(
      opened({
        url: changed((url) => {
          url.port = '1';
        }),
      }),
    );
  });

  it('does not exist', async () => {
    await everyWay(
      opened({
        url: changed((url) => {
          url.pathname = '/nowhere';
        }),
      }),
    );
  });

  it('knows another password', async () => {
    await everyWay(
      opened({
        url: changed((url) => {
          url.password = 'exchanged';
        }),
      }),
    );
  });

  it('has a name that nobody knows', async () => {
    await everyWay(
      opened({
        url: changed((url) => {
          url.hostname = 'database.invalid';
        }),
      }),
    );
  });

  it('accepts connections and says nothing', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const port = String((mute.address() as { port: number }).port);
    try {
      await everyWay(
        opened({
          url: changed((url) => {
            url.port = port;
          }),
          acquireTimeoutMs: 200,
        }),
      );
    } finally {
      for (const socket of sockets) socket.destroy();
      mute.close();
    }
  });

  it('has no connection free in time', async () => {
    const database = opened({ poolSize: 1, acquireTimeoutMs: 100 });
    await untilReachable(database);
    const client = await database.pool.connect();
    try {
      await everyWay(database);
    } finally {
      client.release();
    }
    await untilReachable(database);
  });

  it('takes too long over a statement', async () => {
    const database = opened({ statementTimeoutMs: 100 });
    await unavailable(database.call('sleep', 'select pg_sleep(60)', []));
    await untilReachable(database);
  });

  it('has a lock held by another too long', async () => {
    const insert = (database: Database) =>
      database.inTenant(TENANT, (trx) => trx('note').insert({ id: 20, tenant: TENANT, text: 'twenty' }).then());
    const holder = opened();
    await holder.inTenant(TENANT, async (trx) => {
      await trx('note').insert({ id: 20, tenant: TENANT, text: 'twenty' });
      await unavailable(insert(opened({ statementTimeoutMs: 300 })));
    });
  });

  it('ends the connection in the middle of a statement, or between two of a transaction', async () => {
    const database = opened();
    const end = (pid: number) => ask(test.superuserUrl, `select pg_terminate_backend(${pid})`);
    const pidOf = async (rows: Promise<{ rows: { pid: number }[] }>) => (await rows).rows[0]?.pid ?? 0;
    const sleeping = database.inTenant(TENANT, async (trx) => {
      const pid = await pidOf(trx.raw('select pg_backend_pid() as pid'));
      setTimeout(() => void end(pid), 50);
      await trx.raw('select pg_sleep(60)');
    });
    await unavailable(sleeping);
    const between = database.inTenant(TENANT, async (trx) => {
      await end(await pidOf(trx.raw('select pg_backend_pid() as pid')));
      await trx('note').select('id');
    });
    await unavailable(between);
    await untilReachable(database);
  });

  it('ends all idle connections: the next statement gets a new one', async () => {
    const database = opened();
    await Promise.all([database.knex.raw('select 1'), database.knex.raw('select 1')]);
    await ask(
      test.superuserUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'jpki-verifier' and datname = '${new URL(test.url).pathname.slice(1)}'`,
    );
    while (database.pool.totalCount > 0) await sleep(5);
    expect(await database.call('one', 'select 1 as one', [])).toEqual([{ one: 1 }]);
  });

  it('falls silent in the middle: given up, and whole again when the way is free', async () => {
    const proxy = await startProxy(Number(new URL(test.url).port));
    const database = opened({
      url: changed((url) => {
        url.port = String(proxy.port);
      }),
      statementTimeoutMs: 200,
      acquireTimeoutMs: 300,
    });
    await untilReachable(database);
    proxy.block();
    await everyWay(database);
    proxy.unblock();
    await untilReachable(database);
    await database.close();
    open.splice(open.indexOf(database), 1);
    proxy.close();
  });
});

/** Passes octets on, or swallows them. */
async function startProxy(target: number) {
  let blocked = false;
  const sockets: Socket[] = [];
  const server: Server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('data', (octets) => blocked || to.write(octets));
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    block: () => {
      blocked = true;
    },
    unblock: () => {
      blocked = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
