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

const expireKeys = (count: number, at: string) =>
  world.superuser.query(
    `insert into idempotency_key (tenant_id, client_id, operation, key_hash, body_hash, answer, answer_ids, created_at, expires_at)
     select $1, 'cli', 'op', int4send(n), '', '', '{}', '2019-01-01', $3 from generate_series(1, $2) n`,
    [callers[0]?.tenantId, count, at],
  );
const countOf = async (table: string) => (await world.superuser.query(`select 1 from ${table}`)).rows.length;

it('deletes what is past its time, of every tenant, to the millisecond, and nothing else', async () => {
  for (const caller of callers) {
    const request = { kind: 'signature' as const, purpose: 'loan' };
    expect((await world.challenges.issue(caller, request, options(request, 'key'))).ok).toBe(true);
  }
  const { database } = world;
  const sweeps = (now: number) => createSweeps({ database, clock: { now: () => now }, log: silentLog }).sweep();
  expect(await sweeps(world.clock.at + DAY_MS)).toEqual({ idempotencyKeys: 0 });
  expect(await sweeps(world.clock.at + DAY_MS + 1)).toEqual({ idempotencyKeys: 2 });
  expect([await countOf('idempotency_key'), await countOf('challenge')]).toEqual([0, 2]);
});

it('works in batches, by many replicas at once, and counts each row once', async () => {
  await expireKeys(2500, '2019-01-01');
  const { database, clock } = world;
  const replicas = Array.from({ length: 4 }, () => createSweeps({ database, clock, log: silentLog }));
  const swept = await Promise.all(replicas.map((replica) => replica.sweep()));
  const sum = swept.reduce((total, { idempotencyKeys }) => total + idempotencyKeys, 0);
  expect(sum + (await countOf('idempotency_key'))).toBe(2500);
  const rest = await createSweeps({ database, clock, log: silentLog }).sweep();
  expect(await countOf('idempotency_key')).toBe(0);
  expect(rest.idempotencyKeys).toBe(2500 - sum);
});

it('cannot delete what has not expired by the clock of the database, whatever it is told', async () => {
  await expireKeys(1, '2999-01-01');
  const farOff = { now: () => Date.UTC(3000, 0, 1) };
  const swept = await createSweeps({ database: world.database, clock: farOff, log: silentLog }).sweep();
  expect(swept.idempotencyKeys).toBe(0);
  expect(await countOf('idempotency_key')).toBe(1);
});

it('starts and stops', async () => {
  const sweeps = createSweeps({ database: world.database, clock: world.clock, log: silentLog });
  sweeps.start();
  await sweeps.stop();
  await sweeps.stop();
});
