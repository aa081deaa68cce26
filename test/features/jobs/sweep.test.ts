import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSweeps } from '../../../src/features/jobs/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createWorld, options, type World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let world: World;
let callers: Caller[];
beforeAll(async () => {
  world = await createWorld();
  world.clock.at = Date.UTC(2020, 0, 1); // long past by the database's clock, which has its say
  callers = [await world.createCaller('one'), await world.createCaller('two')];
});
afterAll(() => world.close());

const countOf = async (table: string) => (await world.superuser.query(`select 1 from ${table}`)).rows.length;

it('deletes what is past its time, of every tenant, to the millisecond, and nothing else', async () => {
  for (const caller of callers) {
    const request = { kind: 'signature' as const, purpose: 'loan' };
    expect((await world.challenges.issue(caller, request, options(request, 'key'))).ok).toBe(true);
  }
  const { database } = world;
  const expiry = world.clock.at + 300_000;
  const sweeps = (now: number) => createSweeps({ database, clock: { now: () => now }, log: silentLog }).sweep();
  expect(await sweeps(world.clock.at + DAY_MS)).toEqual({ challenges: 0, idempotencyKeys: 0 });
  expect(await sweeps(world.clock.at + DAY_MS + 1)).toEqual({ challenges: 0, idempotencyKeys: 2 });
  expect(await sweeps(expiry + DAY_MS)).toEqual({ challenges: 0, idempotencyKeys: 0 });
  expect(await sweeps(expiry + DAY_MS + 1)).toEqual({ challenges: 2, idempotencyKeys: 0 });
  expect(await countOf('event')).toBe(6);
});

it('works in batches, by many replicas at once, and counts each row once', async () => {
  await world.superuser.query(
    `insert into challenge (tenant_id, id, client_id, kind, purpose, content, issued_at, expires_at)
     select $1, 'chl_' || n, 'cli', 'signature', 'p', '', '2019-01-01', '2019-01-01' from generate_series(1, 2500) n`,
    [callers[0]?.tenantId],
  );
  const { database, clock } = world;
  const replicas = Array.from({ length: 4 }, () => createSweeps({ database, clock, log: silentLog }));
  const swept = await Promise.all(replicas.map((replica) => replica.sweep()));
  expect(swept.reduce((sum, { challenges }) => sum + challenges, 0) + (await countOf('challenge'))).toBe(2500);
  const rest = await createSweeps({ database, clock, log: silentLog }).sweep();
  expect(await countOf('challenge')).toBe(0);
  expect(rest.challenges).toBe(2500 - swept.reduce((sum, { challenges }) => sum + challenges, 0));
});

it('cannot delete what has not expired by the clock of the database, whatever it is told', async () => {
  await world.superuser.query(
    `insert into challenge (tenant_id, id, client_id, kind, purpose, content, issued_at, expires_at)
     values ($1, 'chl_living', 'cli', 'signature', 'p', '', now(), now() + interval '1 hour')`,
    [callers[0]?.tenantId],
  );
  const farOff = { now: () => Date.UTC(2100, 0, 1) };
  const swept = await createSweeps({ database: world.database, clock: farOff, log: silentLog }).sweep();
  expect(swept.challenges).toBe(0);
  expect(await countOf('challenge')).toBe(1);
});

it('starts and stops', async () => {
  const sweeps = createSweeps({ database: world.database, clock: world.clock, log: silentLog });
  sweeps.start();
  await sweeps.stop();
  await sweeps.stop();
});
