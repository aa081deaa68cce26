import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOptions } from '../../src/features/request-options.ts';
import { createRetentionService } from '../../src/features/retention/service.ts';
import type { ServiceResult } from '../../src/features/service-result.ts';
import { createAdmin } from '../../src/features/tenants/admin.ts';
import type { Caller } from '../../src/features/tenants/caller.ts';
import { DatabaseUnavailable } from '../../src/platform/database/database.ts';
import { createWorld, options, signedRequest, verify, type World } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let world: World;
let bank: Caller;
let operator: Caller;
let verificationId: string;
let count = 0;
beforeAll(async () => {
  world = await createWorld();
  operator = { ...(await world.createCaller('operator', { role: 'operator' })), right: 'admin' };
});
afterAll(() => world.close());
beforeEach(async () => {
  bank = await world.createCaller(`bank-${count++}`);
  ({ verificationId } = await verify(world, bank, signedRequest(Buffer.from('content'))));
});

const idsOf = async (table: string): Promise<string[]> =>
  (await world.superuser.query(`select id from ${table} where tenant_id = $1`, [bank.tenantId])).rows.map(
    ({ id }) => id,
  );
const linesOf = async (act: string) =>
  (
    await world.superuser.query('select outcome, target from audit_unsealed where tenant_id = $1 and act = $2', [
      bank.tenantId,
      act,
    ])
  ).rows;

type Act = (by: RequestOptions, caller?: Caller) => Promise<ServiceResult<object>>;
interface Case {
  readonly table: string;
  readonly act: string;
  readonly asker: () => Caller;
  readonly once: Act;
  /** What must be told again alike. */
  readonly idOf: (value: never) => string;
}
const clientOf = ({ clientId }: { clientId: string }) => clientId;

const CASES: readonly Case[] = [
  {
    ...{ table: 'legal_hold', act: 'legal-hold.place', asker: () => bank },
    once: (by, caller = bank) =>
      createRetentionService(world).placeHold(caller, { verificationId, reason: 'litigation' }, by),
    idOf: ({ legalHoldId }: { legalHoldId: string }) => legalHoldId,
  },
  {
    ...{ table: 'client', act: 'client.create', asker: () => operator },
    once: (by, caller = operator) =>
      createAdmin(world.tenants).createClient(caller, by, { tenant: bank.tenantName, scopes: ['verify'] }),
    idOf: clientOf,
  },
  {
    ...{ table: 'client_key', act: 'client.rotate-key', asker: () => operator },
    once: (by, caller = operator) =>
      createAdmin(world.tenants).rotateKey(caller, by, bank.tenantName, bank.clientId, 3_600),
    idOf: clientOf,
  },
];

/** The next transaction commits, and its answer is lost on the way. */
function loseNextAnswer(): void {
  const { database } = world;
  const { inTenant } = database;
  database.inTenant = async (...args) => {
    database.inTenant = inTenant;
    await inTenant.apply(database, args as never);
    throw new DatabaseUnavailable(new Error('the connection was lost'));
  };
}

describe.each(CASES)('$act under an Idempotency-Key', ({ table, act, asker, once, idOf }) => {
  const by = (key: string, body: object = { verificationId }) => options(body, key);
  const told = (result: ServiceResult<object>) => {
    if (!result.ok) throw new Error(result.code);
    return result.value as never;
  };

  it('is done once, and told again', async () => {
    const before = (await idsOf(table)).length;
    const first = await once(by('key'));
    expect(first).toMatchObject({ ok: true, replayed: false });
    const again = await once(by('key'));
    expect(again).toMatchObject({ ok: true, replayed: true });
    expect(idOf(told(again))).toBe(idOf(told(first)));
    expect(await idsOf(table)).toHaveLength(before + 1);
    expect((await linesOf(act)).slice(-2)).toMatchObject([{ outcome: 'done' }, { outcome: 'replayed' }]);
    expect(new Set((await linesOf(act)).slice(-2).map(({ target }) => target)).size).toBe(1);
  });

  it('was done, when the answer was lost between commit and client', async () => {
    const before = await idsOf(table);
    loseNextAnswer();
    await expect(once(by('key'))).rejects.toThrow(DatabaseUnavailable);
    const made = (await idsOf(table)).filter((id) => !before.includes(id));
    expect(made).toHaveLength(1);
    expect(await once(by('key'))).toMatchObject({ ok: true, replayed: true });
    expect(await idsOf(table)).toHaveLength(before.length + 1);
  });

  it('is done once for duplicates that come at once', async () => {
    const before = (await idsOf(table)).length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => once(by('key'))));
    expect(answers.filter((answer) => answer.ok && answer.replayed)).toHaveLength(9);
    expect(new Set(answers.map((answer) => idOf(told(answer)))).size).toBe(1);
    expect(await idsOf(table)).toHaveLength(before + 1);
  });

  it('is refused with another body, and done anew by another client, without a key, and after 24 hours', async () => {
    const before = (await idsOf(table)).length;
    await once(by('key'));
    expect(await once(by('key', { other: true }))).toEqual({ ok: false, code: 'idempotency-key-reused' });
    const colleague = { ...asker(), clientId: 'cli_another' };
    await once(by('key'), colleague);
    await once(options({}));
    await once(options({}));
    expect(await idsOf(table)).toHaveLength(before + 4);
    const at = world.clock.at;
    world.clock.at = at + DAY_MS - 1;
    expect(await once(by('key'))).toMatchObject({ replayed: true });
    world.clock.at = at + DAY_MS;
    expect(await once(by('key'))).toMatchObject({ replayed: false });
    world.clock.at = at;
    expect(await idsOf(table)).toHaveLength(before + 5);
  });
});

it('an API key is told once: not in the answer given again, and nowhere in the database', async () => {
  const admin = createAdmin(world.tenants);
  const request = { tenant: bank.tenantName, scopes: ['verify'] };
  const first = await admin.createClient(operator, options(request, 'key'), request);
  const again = await admin.createClient(operator, options(request, 'key'), request);
  if (!first.ok || !again.ok) throw new Error('refused');
  expect(first.value.apiKey).toMatch(/^jpk_/);
  expect(again.value).toEqual({ ...first.value, apiKey: null });
  const { rows } = await world.superuser.query('select * from idempotency_key where client_id = $1', [
    operator.clientId,
  ]);
  expect(rows.at(-1)).toMatchObject({ answer: Buffer.alloc(0), answer_ids: { id: first.value.clientId } });
});

it('a hold that was lifted meanwhile is told as it was placed', async () => {
  const retention = createRetentionService(world);
  const request = { verificationId, reason: 'complaint' } as const;
  const first = await retention.placeHold(bank, request, options(request, 'key'));
  if (!first.ok) throw new Error(first.code);
  await retention.liftHold(bank, first.value.legalHoldId, 'req');
  expect(await retention.placeHold(bank, request, options(request, 'key'))).toEqual({ ...first, replayed: true });
});

it('what was refused is kept under no key', async () => {
  const retention = createRetentionService(world);
  const request = { verificationId: 'ver_unknown', reason: 'other' } as const;
  for (let n = 0; n < 2; n += 1) {
    const refused = await retention.placeHold(bank, request, options({}, 'key'));
    expect(refused).toEqual({ ok: false, code: 'verification-not-found' });
  }
});
