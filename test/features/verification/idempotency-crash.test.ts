import { expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import { rowsOf, withNewBank } from '../new-bank.ts';
import { issueChallenge, options, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

/** The next call of that function commits, and its answer is lost on the way. */
function loseAnswerOf(name: string): { lost: boolean } {
  const { database } = world;
  const { call } = database;
  const state = { lost: false };
  database.call = async (called, sql, values) => {
    const rows = await call.call(database, called, sql, values);
    if (called !== name || state.lost) return rows as never;
    state.lost = true;
    database.call = call;
    throw new DatabaseUnavailable(new Error('the connection was lost'));
  };
  return state;
}

const countOf = async (table: string) => (await rowsOf(world, bank, table)).length;

it('gives the answer that was committed before the crash, and uses no challenge twice', async () => {
  const { challengeId, octets } = await issueChallenge(world, bank);
  const request = signedRequest(octets, { challengeId, reference: 'APP-1' });
  const state = loseAnswerOf('record_verifications');
  await expect(world.verifications.verify(bank, request, options(request, 'key'))).rejects.toThrow(DatabaseUnavailable);
  expect([state.lost, await countOf('verification')]).toEqual([true, 1]);
  const { rows } = await world.superuser.query('select id from verification where tenant_id = $1', [bank.tenantId]);
  const again = await world.verifications.verify(bank, request, options(request, 'key'));
  expect(again).toMatchObject({
    ok: true,
    replayed: true,
    value: { verificationId: rows[0].id, indication: 'TOTAL-PASSED', subject: { isNew: true } },
  });
  expect(await countOf('verification')).toBe(1);
});

it('gives many who ask again at once the one answer', async () => {
  const request = signedRequest(Buffer.from('content'));
  loseAnswerOf('record_verifications');
  await expect(world.verifications.verify(bank, request, options(request, 'key'))).rejects.toThrow(DatabaseUnavailable);
  const answers = await Promise.all(Array.from({ length: 8 }, () => verify(world, bank, request, 'key')));
  expect(new Set(answers.map(({ verificationId }) => verificationId)).size).toBe(1);
  expect(await countOf('verification')).toBe(1);
});

it('without a key makes a second record: only the key says that it is the same request', async () => {
  const request = signedRequest(Buffer.from('content'));
  loseAnswerOf('record_verifications');
  await expect(world.verifications.verify(bank, request, options(request))).rejects.toThrow(DatabaseUnavailable);
  await verify(world, bank, request);
  expect(await countOf('verification')).toBe(2);
});

it('gives the challenge that was committed before the crash', async () => {
  const request = { kind: 'signature' as const, purpose: 'loan' };
  const state = loseAnswerOf('record_challenge');
  await expect(world.challenges.issue(bank, request, options(request, 'key'))).rejects.toThrow(DatabaseUnavailable);
  expect(state.lost).toBe(true);
  const again = await world.challenges.issue(bank, request, options(request, 'key'));
  expect(again).toMatchObject({ ok: true, replayed: true });
  expect(await countOf('challenge')).toBe(1);
});
