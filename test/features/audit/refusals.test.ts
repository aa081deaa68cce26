import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRefusals } from '../../../src/features/audit/refusals.ts';
import { DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { type AuditWorld, createAuditWorld, newLine, OTHER, TENANT } from './audit-world.ts';

let world: AuditWorld;
beforeEach(async () => {
  world = await createAuditWorld();
});
afterEach(() => world.close());

const open = (database = world.database) => createRefusals({ database, clock: world.clock, log: silentLog });
const refusal = (change = {}) => newLine({ outcome: 'refused:insufficient-scope', at: world.clock.at, ...change });
const rows = async () =>
  (await world.superuser.query('select tenant_id, actor, act, outcome, target, count from audit_unsealed order by id'))
    .rows;

it('writes each refusal of a few as its own line, each to its tenant', async () => {
  const refusals = open();
  refusals.record(refusal({ target: 'ver_1' }));
  refusals.record(refusal({ tenantId: OTHER, actor: 'client:cli_2' }));
  expect(await rows()).toEqual([]);
  await refusals.flush();
  const found = await rows();
  expect(found).toHaveLength(2);
  expect(found).toContainEqual(expect.objectContaining({ tenant_id: TENANT, target: 'ver_1', count: 1 }));
  expect(found).toContainEqual(expect.objectContaining({ tenant_id: OTHER, actor: 'client:cli_2', count: 1 }));
});

describe('a flood', () => {
  it('of one kind is counted in one line after the first twenty', async () => {
    const refusals = open();
    for (let n = 0; n < 1_000; n++) refusals.record(refusal({ target: 'ver_1' }));
    await refusals.flush();
    const found = await rows();
    expect(found).toHaveLength(21);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
    expect(found.find(({ count }) => count > 1)).toMatchObject({ actor: 'client:cli_1', target: null });
  });

  it('of many kinds fills neither memory nor disk, and every one is counted', async () => {
    const refusals = open();
    for (let n = 0; n < 20_000; n++) refusals.record(refusal({ actor: `client:cli_${n}` }));
    await refusals.flush();
    const found = await rows();
    expect(found.length).toBeLessThanOrEqual(2 * 2_000 + 1);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
    expect(found).toContainEqual(expect.objectContaining({ actor: 'unknown', act: 'request.refuse' }));
  });

  it('of the minute before does not silence the next minute', async () => {
    const refusals = open();
    for (let n = 0; n < 30; n++) refusals.record(refusal());
    world.clock.at += 60_000;
    refusals.record(refusal({ target: 'ver_2' }));
    await refusals.flush();
    const found = await rows();
    expect(found).toHaveLength(22);
    expect(found.at(-1)).toMatchObject({ target: 'ver_2', count: 1 });
  });
});

it('keeps the lines while the database is away, and tells of those that it cannot keep', async () => {
  let away = true;
  const inTenant: typeof world.database.inTenant = async (tenantId, work) => {
    if (away) throw new DatabaseUnavailable(new Error('away'));
    return world.database.inTenant(tenantId, work);
  };
  const lost: unknown[] = [];
  const log = { ...silentLog, error: (...line: unknown[]) => lost.push(line) };
  const refusals = createRefusals({ database: { ...world.database, inTenant }, clock: world.clock, log });
  for (let minute = 0; minute < 8; minute++) {
    for (let n = 0; n < 2_000; n++) refusals.record(refusal({ actor: `client:cli_${n}` }));
    await refusals.flush();
    world.clock.at += 60_000;
  }
  away = false;
  await refusals.flush();
  const found = await rows();
  const kept = found.reduce((sum, { count }) => sum + count, 0);
  const told = lost.map((line) => (line as [string, { count: number }])[1].count).reduce((sum, one) => sum + one, 0);
  expect(found.length).toBeGreaterThanOrEqual(10_000);
  expect(kept).toBeLessThan(16_000);
  expect(told).toBeGreaterThan(0);
});

it('writes in rounds by itself, and what is left when it stops', async () => {
  const refusals = open();
  refusals.start();
  refusals.record(refusal());
  await refusals.stop();
  expect(await rows()).toHaveLength(1);
});
