import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Fault } from '../../../src/core/audit/fault.ts';
import { DEPLOYMENT } from '../../../src/features/audit/line.ts';
import { verifyTrail } from '../../../src/features/audit/verify-trail.ts';
import { runRetention } from '../../../src/features/retention/run.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { type AuditWorld, createAuditWorld, T0, TENANT } from '../audit/audit-world.ts';

const noTenants = { listTenants: async () => ({ items: [], nextCursor: null }) };
/** A day of the year 2026 in Japan, of another year. */
const T = (year: number) => Date.UTC(year, 5, 1, 3);
let world: AuditWorld;
beforeAll(async () => {
  world = await createAuditWorld();
  for (const year of [2014, 2016, 2022]) {
    world.clock.at = T(year);
    await world.append(3, DEPLOYMENT, { actor: 'operator:tester', act: 'tenant.create' });
    await world.append(2, TENANT);
    await world.sealer.sealAll();
  }
  world.clock.at = T0;
});
afterAll(() => world.close());

const run = async (auditRetentionYears: number, dryRun = false) => {
  const { database, clock } = world;
  const settings = { dryRun, by: 'system', right: 'retention' } as const;
  const parts = { database, clock, tenants: noTenants, auditRetentionYears };
  return (await runRetention(parts, settings)).deploymentAuditLines;
};

async function verify() {
  const database = createDatabase({
    url: world.testDatabase.adminUrl,
    poolSize: 2,
    ...PATIENT_DATABASE,
    log: silentLog,
  });
  const faults: Fault[] = [];
  const isOwnKey = undefined;
  const summary = await verifyTrail({ database, isOwnKey, held: undefined, report: (fault) => faults.push(fault) });
  await database.close();
  return { faults, summary };
}
const left = async (tenantId: string) =>
  (await world.superuser.query('select at from audit_line where tenant_id = $1 order by at', [tenantId])).rows.map(
    ({ at }) => at.getUTCFullYear(),
  );

it('of the deployment itself go to their leaf hashes after its term, to the day; seals verify as before', async () => {
  expect(await run(10, true)).toBe(4); // with that of the key which seals
  expect(await left(DEPLOYMENT)).toHaveLength(10);
  world.clock.at = Date.UTC(2026, 5, 1, 14, 59); // the last minute of a day in Japan
  expect(await run(10)).toBe(4);
  expect(await left(DEPLOYMENT)).toEqual([2016, 2016, 2016, 2022, 2022, 2022]);
  world.clock.at += 60_000;
  expect(await run(10)).toBe(3);
  expect(await run(10)).toBe(0);
  expect(await left(DEPLOYMENT)).toEqual([2022, 2022, 2022]);
  await world.sealer.sealAll();
  expect(await verify()).toMatchObject({ faults: [], summary: { prunedLines: 7 } });
});

it('of a tenant are not taken for those of the deployment', async () => {
  expect(await left(TENANT)).toHaveLength(6);
});

it('never go within 365 days, and the dry run says so', async () => {
  world.clock.at = T(2022) + 366 * 24 * 60 * 60 * 1000;
  expect(await run(1, true)).toBe(3);
  world.clock.at = T(2022) + 364 * 24 * 60 * 60 * 1000;
  expect([await run(1, true), await run(1)]).toEqual([0, 0]);
});
