import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createWorld, issueChallenge, options, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
beforeAll(async () => {
  world = await createWorld();
  const caller = await world.createCaller('bank');
  bank = { ...caller, right: 'verify', address: '192.0.2.7' };
});
afterAll(() => world.close());

/** The lines written while it ran. */
async function linesOf(work: () => Promise<unknown>) {
  await world.superuser.query('delete from audit_unsealed');
  await work();
  const { rows } = await world.superuser.query('select * from audit_unsealed order by id');
  return rows;
}

const common = () => ({
  tenant_id: bank.tenantId,
  actor: `client:${bank.clientId}`,
  allowed_by: 'verify',
  from_address: '192.0.2.7',
  at: new Date(world.clock.now()),
  id: expect.stringMatching(/^aud_/),
  count: 1,
});

it('tells of a verification, and of its answer shown again', async () => {
  const request = signedRequest(Buffer.from('content'));
  let verificationId = '';
  const first = await linesOf(async () => {
    verificationId = (await verify(world, bank, request, 'key-1')).verificationId;
  });
  const act = { ...common(), act: 'verification.perform', target: verificationId, request_id: expect.any(String) };
  expect(first).toEqual([expect.objectContaining({ ...act, outcome: 'done' })]);
  const again = await linesOf(() => verify(world, bank, request, 'key-1'));
  expect(again).toEqual([expect.objectContaining({ ...act, outcome: 'replayed' })]);
});

it('tells of two that came at once with one key: one was done, one was shown', async () => {
  const request = signedRequest(Buffer.from('content'));
  const lines = await linesOf(() =>
    Promise.all([verify(world, bank, request, 'key-2'), verify(world, bank, request, 'key-2')]),
  );
  expect(lines.map(({ outcome }) => outcome).sort()).toEqual(['done', 'replayed']);
  expect(new Set(lines.map(({ target }) => target)).size).toBe(1);
});

it('tells of nothing that was not recorded: of two for one challenge each has one line, for what became of it', async () => {
  const challenge = await issueChallenge(world, bank);
  const request = signedRequest(challenge.octets, { challengeId: challenge.challengeId });
  const lines = await linesOf(() => Promise.all([verify(world, bank, request), verify(world, bank, request)]));
  expect(lines).toHaveLength(2);
  const { rows } = await world.superuser.query('select id from verification where challenge_id = $1', [
    challenge.challengeId,
  ]);
  expect(lines.map(({ target }) => target).sort()).toEqual(rows.map(({ id }) => id).sort());
});

it('tells of a challenge, and of its answer shown again', async () => {
  const request = { kind: 'signature' as const, purpose: 'loan' };
  const lines = await linesOf(async () => {
    const first = await world.challenges.issue(bank, request, options(request, 'key-3'));
    expect(first.ok).toBe(true);
    await world.challenges.issue(bank, request, options(request, 'key-3'));
    await world.challenges.issue(bank, { ...request, purpose: 'other' }, options({ purpose: 'other' }, 'key-3'));
  });
  const act = { ...common(), act: 'challenge.issue' };
  expect(lines).toEqual([
    expect.objectContaining({ ...act, outcome: 'done', target: expect.stringMatching(/^chl_/) }),
    expect.objectContaining({ ...act, outcome: 'replayed', target: null }),
  ]);
});

it('tells of what was read, and of nothing where nothing was', async () => {
  const { verificationId } = await verify(world, bank, signedRequest(Buffer.from('content')));
  const lines = await linesOf(async () => {
    await world.verifications.read(bank, verificationId, 'req-9');
    await world.verifications.read(bank, 'ver_nothing', 'req-9');
    await world.verifications.list(bank, {}, 'req-9');
  });
  expect(lines).toEqual([
    expect.objectContaining({ ...common(), act: 'verification.read', target: verificationId, request_id: 'req-9' }),
    expect.objectContaining({ ...common(), act: 'verification.list', target: null, request_id: 'req-9' }),
  ]);
});
