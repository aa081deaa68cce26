import { expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { rowsOf, withNewBank } from '../new-bank.ts';
import { issueChallenge, options, signedRequest, verify, type World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CONTENT = Buffer.from('content');
let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

const countOf = async (table: string) => (await rowsOf(world, bank, table)).length;

it('gives the first answer again, ids and all, without asking anyone', async () => {
  const { challengeId, octets } = await issueChallenge(world, bank);
  const request = signedRequest(octets, { challengeId, reference: 'APP-1' });
  const first = await verify(world, bank, request, 'key');
  expect(first.subject?.isNew).toBe(true);
  const asked = world.gateway.questions.length;
  const again = await world.verifications.verify(bank, request, options(request, 'key'));
  expect(again).toEqual({ ok: true, value: first, replayed: true });
  expect(world.gateway.questions).toHaveLength(asked);
  expect(await countOf('verification')).toBe(1);
});

it('refuses the key with another body', async () => {
  await verify(world, bank, signedRequest(CONTENT), 'key');
  const other = signedRequest(CONTENT, { purpose: 'loan' });
  expect(await world.verifications.verify(bank, other, options(other, 'key'))).toEqual({
    ok: false,
    code: 'idempotency-key-reused',
  });
});

it('keeps keys apart by tenant, client and operation', async () => {
  const first = await verify(world, bank, signedRequest(CONTENT), 'key');
  const colleague = { ...bank, clientId: 'cli_another' };
  const stranger = await world.createCaller(`stranger-${bank.tenantName}`);
  for (const caller of [colleague, stranger]) {
    expect((await verify(world, caller, signedRequest(CONTENT), 'key')).verificationId).not.toBe(first.verificationId);
  }
  const challenge = { kind: 'signature' as const, purpose: 'account-opening' };
  expect((await world.challenges.issue(bank, challenge, options(challenge, 'key'))).ok).toBe(true);
});

it('gives duplicates at the same time one answer and makes one record', async () => {
  const { challengeId, octets } = await issueChallenge(world, bank);
  const request = signedRequest(octets, { challengeId });
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify(world, bank, request, 'key')));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]?.indication).toBe('TOTAL-PASSED');
  expect(await countOf('verification')).toBe(1);
});

it('forgets after 24 hours, to the millisecond', async () => {
  const first = await verify(world, bank, signedRequest(CONTENT), 'key');
  const before = world.clock.at;
  world.clock.at = before + DAY_MS - 1;
  expect((await verify(world, bank, signedRequest(CONTENT), 'key')).verificationId).toBe(first.verificationId);
  world.clock.at = before + DAY_MS;
  const anew = await verify(world, bank, signedRequest(CONTENT), 'key');
  world.clock.at = before;
  expect(anew.verificationId).not.toBe(first.verificationId);
  expect(await countOf('idempotency_key')).toBe(1);
});

it('keeps no answer of a request that was refused', async () => {
  const request = { ...signedRequest(CONTENT), declared: { name: 'x' } };
  expect((await world.verifications.verify(bank, request, options(request, 'key'))).ok).toBe(false);
  expect((await verify(world, bank, signedRequest(CONTENT), 'key')).indication).toBe('TOTAL-PASSED');
});

it('gives a challenge once, at the same time too', async () => {
  const request = { kind: 'signature' as const, purpose: 'loan' };
  const issue = () => world.challenges.issue(bank, request, options(request, 'key'));
  const answers = await Promise.all(Array.from({ length: 10 }, issue));
  const values = new Set(answers.map((answer) => JSON.stringify(answer.ok && answer.value)));
  expect(values.size).toBe(1);
  expect(answers.filter((answer) => answer.ok && answer.replayed)).toHaveLength(9);
  expect(await countOf('challenge')).toBe(1);
  const other = { ...request, text: 'another' };
  expect(await world.challenges.issue(bank, other, options(other, 'key'))).toMatchObject({
    code: 'idempotency-key-reused',
  });
});
