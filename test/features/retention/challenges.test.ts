import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { runRetention } from '../../../src/features/retention/run.ts';
import { createRetentionService } from '../../../src/features/retention/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { rowsOf, withNewBank } from '../new-bank.ts';
import { failedChecks, issueChallenge, OPERATOR, signedRequest, verify, type World } from '../world.ts';

/** Midday in Japan; long past by the database's clock, which has its say. */
const NOON = Date.UTC(2026, 0, 10, 3);
/** How many days of Japan begin after the one on which a challenge expired. */
const daysLater = (days: number) => Date.UTC(2026, 0, 10 + days - 1, 15);
let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
  world.clock.at = NOON;
});

const keepFor = (period: string) =>
  world.tenants.setPolicy(OPERATOR, bank.tenantName, [`challengeRetention=${period}`]);
const run = async (at: number, dryRun = false) => {
  world.clock.at = at;
  const settings = { dryRun, by: 'system', right: 'retention' } as const;
  const { tenants } = await runRetention({ ...world, auditRetentionYears: 10 }, settings);
  return tenants.find(({ tenant }) => tenant === bank.tenantName)?.challenges;
};
const rows = (table: string) => rowsOf(world, bank, table);
const insertExpired = (many: number) =>
  world.superuser.query(
    `insert into challenge (tenant_id, id, client_id, kind, purpose, content, issued_at, expires_at)
     select $1, 'chl_' || n, 'cli', 'signature', 'p', '', '2019-01-01', '2019-01-01' from generate_series(1, $2) n`,
    [bank.tenantId, many],
  );

it.each([
  ['P1D', 2],
  ['P7D', 8],
  ['P30D', 31],
])('are kept for %s after the day on which they expired, in Japan', async (period, days) => {
  await keepFor(period);
  const { challengeId, octets } = await issueChallenge(world, bank);
  expect(await run(daysLater(days) - 1)).toBe(0);
  const late = await verify(world, bank, signedRequest(octets, { challengeId }));
  expect(failedChecks(late)).toContain('challenge.fresh');
  expect(await run(daysLater(days), true)).toBe(1);
  expect(await rows('challenge')).toHaveLength(1);
  expect(await run(daysLater(days))).toBe(1);
  expect(await rows('challenge')).toHaveLength(0);
  expect(failedChecks(await verify(world, bank, signedRequest(octets, { challengeId })))).toContain('challenge.known');
  expect(await run(daysLater(days))).toBe(0);
});

it('of each tenant go by its own policy', async () => {
  await issueChallenge(world, bank);
  const strict = bank;
  bank = await world.createCaller(`${bank.tenantName}-too`);
  await keepFor('P30D');
  await issueChallenge(world, bank);
  expect(await run(daysLater(2))).toBe(0);
  expect(await rows('challenge')).toHaveLength(1);
  bank = strict;
  expect(await rows('challenge')).toHaveLength(0);
});

it('leave a record and a line for each batch, which say how many and up to which day', async () => {
  await insertExpired(2_500);
  expect(await run(daysLater(2))).toBe(2_500);
  const counts = [1_000, 1_000, 500];
  const records = await rows('deletion_record');
  expect(records.map((record) => record.count)).toEqual(counts);
  const of = { kind: 'challenges', target: '2026-01-10', deleted_by: 'system', why: 'retention' };
  for (const record of records) expect(record).toMatchObject(of);
  const lines = (await rows('audit_unsealed')).filter(({ act }) => act === 'challenge.delete');
  expect(lines.map((line) => [line.target, line.count])).toEqual(records.map(({ id, count }) => [id, count]));
  const listed = await createRetentionService(world).listDeletions(bank, {}, 'req');
  expect(listed).toMatchObject({ ok: true, value: { items: [{ kind: 'challenges', count: 500 }, {}, {}] } });
});

it('are each deleted and counted once by replicas that run at the same time', async () => {
  await insertExpired(2_500);
  const at = daysLater(2);
  const runs = await Promise.all([run(at), run(at), run(at)]);
  expect(runs.reduce((sum: number, one) => sum + (one ?? 0), 0)).toBe(2_500);
  const recorded = (await rows('deletion_record')).reduce((sum, record) => sum + record.count, 0);
  expect(recorded).toBe(2_500);
});

it('are waited for while another replica is at the tenant, and not left to it', async () => {
  await insertExpired(10);
  const { superuser } = world;
  await superuser.query('begin');
  await superuser.query(`select pg_advisory_xact_lock(hashtextextended('retention-run/' || $1, 0))`, [bank.tenantId]);
  const waiting = run(daysLater(2));
  const waiters = `select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`;
  while ((await superuser.query(waiters)).rows.length === 0) await sleep(10);
  await superuser.query('commit');
  expect(await waiting).toBe(10);
});

it('stay when only the clock of the service says that they expired', async () => {
  await world.superuser.query(
    `insert into challenge (tenant_id, id, client_id, kind, purpose, content, issued_at, expires_at)
     values ($1, 'chl_living', 'cli', 'signature', 'p', '', now(), now() + interval '1 hour')`,
    [bank.tenantId],
  );
  expect(await run(Date.UTC(2100, 0, 1))).toBe(0);
  expect(await rows('challenge')).toHaveLength(1);
});

it('are not deleted by an older replica, which knows no policy', async () => {
  await insertExpired(1);
  const sql = 'select purge_challenges(now(), 1000) as count';
  expect(await world.database.call('purge_challenges', sql, [])).toEqual([{ count: 0 }]);
  expect(await rows('challenge')).toHaveLength(1);
});
