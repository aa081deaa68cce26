import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../database.ts';
import { createWorld, OPERATOR, options, signedRequest, verify, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const change = async (name: string, ...assignments: string[]) => {
  const changed = await world.tenants.setPolicy(OPERATOR, name, assignments);
  return changed.ok ? changed.value.policyVersion : undefined;
};
const historyOf = async (tenantId: string) => {
  const sql = `select version, policy ->> 'storeSubject' as stores, policy ? 'version' as numbered
    from tenant_policy where tenant_id = $1 order by version`;
  return (await world.superuser.query(sql, [tenantId])).rows;
};

it('a policy begins with 1 and rises with each change; each is kept', async () => {
  const { tenantId } = await world.createCaller('bank-a');
  expect(await change('bank-a', 'storeSubject=false')).toBe(2);
  expect(await change('bank-a', 'storeSubject=false')).toBe(2);
  expect(await change('bank-a', 'storeSubject=true', 'quotaPerDay=5')).toBe(3);
  const read = await world.tenants.readTenant('bank-a');
  expect(read).toMatchObject({ ok: true, value: { policyVersion: 3, policy: { quotaPerDay: 5 } } });
  expect(read.ok && 'version' in read.value.policy).toBe(false);
  expect(await historyOf(tenantId)).toEqual([
    { version: 1, stores: 'true', numbered: false },
    { version: 2, stores: 'false', numbered: false },
    { version: 3, stores: 'true', numbered: false },
  ]);
});

it('changes at the same time have a number each, none is lost', async () => {
  const { tenantId } = await world.createCaller('bank-b');
  const numbers = await Promise.all([5, 6, 7, 8].map((quota) => change('bank-b', `quotaPerDay=${quota}`)));
  expect(numbers.sort()).toEqual([2, 3, 4, 5]);
  expect(await historyOf(tenantId)).toHaveLength(5);
});

it('the application can neither rewrite what was in force nor choose the number', async () => {
  const { tenantId } = await world.createCaller('bank-c');
  const rewrite = (sql: string) => world.database.inTenant(tenantId, (trx) => trx.raw(sql));
  await expect(rewrite(`update tenant_policy set policy = '{}'`)).rejects.toThrow('permission denied');
  await expect(rewrite('delete from tenant_policy')).rejects.toThrow('permission denied');
  const another = `insert into tenant_policy (tenant_id, version, policy) values ('${tenantId}', 2, '{}')`;
  await expect(rewrite(another)).rejects.toThrow('permission denied');
  await rewrite(`update tenant set policy = policy || '{"version": 1, "quotaPerDay": 9}' where id = '${tenantId}'`);
  expect((await historyOf(tenantId)).map(({ version }) => version)).toEqual([1, 2]);
});

it('a verification names the numbers that it was judged by, in its answer, when read, and in what is kept', async () => {
  const caller = await world.createCaller('bank-d');
  expect(caller.policyVersion).toBe(1);
  const later = { ...caller, policyVersion: 7 };
  const answer = await verify(world, later, signedRequest(Buffer.from('numbered')));
  expect(answer).toMatchObject({ policyVersion: 7, rulesVersion: 1 });
  const read = await world.verifications.read(caller, answer.verificationId, 'req');
  expect(read).toMatchObject({ ok: true, value: { policyVersion: 7, rulesVersion: 1 } });
  const { rows } = await world.superuser.query('select settings from evidence where verification_id = $1', [
    answer.verificationId,
  ]);
  expect(JSON.parse(rows[0].settings)).toMatchObject({ policyVersion: 7, rulesVersion: 1 });
});

it('an answer kept under an Idempotency-Key since before there were numbers says that it has none', async () => {
  const caller = await world.createCaller('bank-e');
  const request = signedRequest(Buffer.from('kept'));
  const first = await verify(world, { ...caller, policyVersion: null }, request, 'key');
  const again = await world.verifications.verify(caller, request, options(request, 'key'));
  expect(again).toMatchObject({ ok: true, replayed: true, value: { policyVersion: null } });
  expect(first.policyVersion).toBeNull();
});

it('the settings of the deployment have a further number whenever they are not the last ones', async () => {
  const database = await createTestDatabase();
  const login = new pg.Client({ connectionString: database.url });
  await login.connect();
  const document = `insert into public_document (sha256, octets) values (sha256($1), $1)`;
  for (const text of ['one', 'two']) await login.query(document, [Buffer.from(text)]);
  const numbers: number[] = [];
  for (const text of ['one', 'one', 'two', 'one', 'one']) {
    const { rows } = await login.query('select rules_version(sha256($1)) as version', [Buffer.from(text)]);
    numbers.push(rows[0].version);
  }
  expect(numbers).toEqual([1, 1, 2, 3, 3]);
  await login.end();
  await database.drop();
});

it('tenants that were there before policies had numbers begin with 1', async () => {
  const { tenantId } = await world.createCaller('bank-f');
  await world.superuser.query(`delete from tenant_policy where tenant_id = '${tenantId}'`);
  await world.superuser.query('alter table tenant disable trigger user');
  await world.superuser.query(`update tenant set policy = policy - 'version' where id = '${tenantId}'`);
  await world.superuser.query('alter table tenant enable trigger user');
  expect(await world.tenants.readTenant('bank-f')).toMatchObject({ ok: true, value: { policyVersion: null } });
  const sql = readFileSync(new URL('../../../migrations/parts/policy_version.sql', import.meta.url), 'utf8');
  const [begin = ''] = /do \$\$.*?\$\$;/s.exec(sql) ?? [];
  const owner = new pg.Client({ connectionString: world.testDatabase.adminUrl });
  await owner.connect();
  await owner.query(begin);
  await owner.query(begin);
  await owner.end();
  expect(await world.tenants.readTenant('bank-f')).toMatchObject({ ok: true, value: { policyVersion: 1 } });
  expect(await historyOf(tenantId)).toEqual([{ version: 1, stores: 'true', numbered: false }]);
});
