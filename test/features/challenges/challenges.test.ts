import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildContent } from '../../../src/features/challenges/content.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createWorld, options, type World } from '../world.ts';

let world: World;
let bank: Caller;
beforeAll(async () => {
  world = await createWorld();
  bank = await world.createCaller('bank');
});
afterAll(() => world.close());

const facts = {
  kind: 'signature' as const,
  tenantId: '7f2c1a52-0000-4000-8000-000000000001',
  purpose: 'account-opening',
  issuedAt: '2026-06-01T03:00:00.000Z',
  nonce: new Uint8Array(32).fill(7),
  text: '口座を開設します。',
};

it('begins with a fixed line naming service, version and kind, and binds everything', () => {
  expect(Buffer.from(buildContent(facts)).toString()).toBe(
    [
      'jpki-verifier challenge v1 signature',
      'tenant: 7f2c1a52-0000-4000-8000-000000000001',
      'purpose: "account-opening"',
      'issuedAt: 2026-06-01T03:00:00.000Z',
      `nonce: ${Buffer.alloc(32, 7).toString('base64url')}`,
      '',
      '口座を開設します。',
      '',
    ].join('\n'),
  );
});

it('differs when any one thing differs, whatever a purpose holds', () => {
  const purpose = 'a"\nissuedAt: x';
  const other = { ...facts, nonce: new Uint8Array(32) };
  const variants = [
    facts,
    { ...facts, kind: 'card-presence' as const },
    { ...facts, tenantId: '7f2c1a52-0000-4000-8000-000000000002' },
    { ...facts, purpose },
    { ...facts, issuedAt: '2026-06-01T03:00:00.001Z' },
    { ...facts, text: undefined },
    { ...facts, text: '' },
    other,
  ].map((one) => Buffer.from(buildContent(one)).toString());
  expect(new Set(variants).size).toBe(variants.length);
  expect(variants.every((content) => content.split('\n')[3]?.startsWith('issuedAt: 2026'))).toBe(true);
});

it('is issued with digest and expiry, never twice the same, its octets encrypted on file', async () => {
  const request = { kind: 'card-presence' as const, purpose: 'loan', text: '借ります', ttlSeconds: 60 };
  const issue = () => world.challenges.issue(bank, request, options(request));
  const [first, second] = [await issue(), await issue()];
  if (!first.ok || !second.ok) throw new Error('not issued');
  const content = Buffer.from(first.value.content, 'base64');
  expect(content.toString()).toMatch(/^jpki-verifier challenge v1 card-presence\n/);
  expect(first.value).toMatchObject({
    challengeId: expect.stringMatching(/^chl_/),
    digest: { algorithm: 'SHA-256', value: createHash('sha256').update(content).digest('base64') },
    expiresAt: '2026-06-01T03:01:00Z',
  });
  expect(second.value.content).not.toBe(first.value.content);
  const { rows } = await world.superuser.query('select * from challenge where id = $1', [first.value.challengeId]);
  expect(rows[0].content.includes('challenge v1')).toBe(false);
  expect(rows[0]).toMatchObject({ kind: 'card-presence', purpose: 'loan', used_at: null });
});

it.each([
  [29, false],
  [30, true],
  [3600, true],
  [3601, false],
  [Number.NaN, false],
])('lives %d seconds: %p', async (ttlSeconds, ok) => {
  const request = { kind: 'signature' as const, purpose: 'loan', ttlSeconds };
  expect((await world.challenges.issue(bank, request, options(request))).ok).toBe(ok);
});

it('lives five minutes when nothing is said', async () => {
  const request = { kind: 'signature' as const, purpose: 'loan' };
  const result = await world.challenges.issue(bank, request, options(request));
  expect(result).toMatchObject({ ok: true, value: { expiresAt: '2026-06-01T03:05:00Z' } });
});
