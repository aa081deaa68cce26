import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTimestamper, loadTimestampState } from '../../../src/features/audit/timestamper.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { type AuditWorld, createAuditWorld, T0 } from './audit-world.ts';
import { createStamper, readStamp } from './stamping.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: AuditWorld;
beforeAll(async () => {
  world = await createAuditWorld();
});
afterAll(() => world.close());

it('tells how old the newest timestamp is, when it ends, and how often the authority failed', async () => {
  const { database, clock } = world;
  const state = (ends = new Map<string, number>()) => loadTimestampState(database, ends, clock);
  const metrics = createMetrics();
  metrics.sealTimestamps(state);
  const told = async () =>
    (await metrics.render()).text.split('\n').filter((line) => /^jpki_audit_timestamp/.test(line));
  expect([await state(), await told()]).toEqual([
    { ageSeconds: null, remainingSeconds: null, failures: 0 },
    ['jpki_audit_timestamp_failures 0'],
  ]);

  const authority = createStamper(clock, T0 + 10 * DAY_MS - 1_000);
  const plan = { intervalMs: DAY_MS, marginMs: DAY_MS };
  const { run } = createTimestamper({
    ...{ database, authority, read: readStamp, plan, ends: new Map(), clock, log: silentLog },
  });
  clock.at = T0 - DAY_MS;
  await world.append(1);
  await world.sealer.sealAll();
  clock.at = T0;
  expect(await run()).toBe('taken');
  await world.sealer.sealAll();
  clock.at += 2 * DAY_MS;
  authority.lie = 'fails';
  expect(await run()).toBe('failed');
  const age = { ageSeconds: 172_800, failures: 1 };
  expect(await state()).toEqual({ ...age, remainingSeconds: 8 * 86_400 - 0.999 });
  expect(await state(new Map([['SHA-256', T0 + DAY_MS]]))).toEqual({ ...age, remainingSeconds: -86_400 });
  expect(await told()).toEqual([
    'jpki_audit_timestamp_age_seconds 172800',
    'jpki_audit_timestamp_remaining_seconds 691199.001',
    'jpki_audit_timestamp_failures 1',
  ]);
});
