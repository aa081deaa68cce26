import { expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { decodeCursor, encodeCursor } from '../../../src/features/verification/cursor.ts';
import type { VerificationFilters, VerificationPage } from '../../../src/features/verification/wire.ts';
import { newId } from '../../../src/platform/ids.ts';
import { FIXTURE_NOW } from '../../fixtures.ts';
import { withNewBank } from '../new-bank.ts';
import { signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

async function list(filters: VerificationFilters = {}): Promise<VerificationPage> {
  const result = await world.verifications.list(bank, filters, 'req-1');
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

/** One verification a second, told by its reference. */
async function verifyMany(howMany: number, prefix = 'APP'): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < howMany; n++) {
    world.clock.at += 1000;
    const request = signedRequest(Buffer.from(`${prefix} ${n}`), { reference: `${prefix}-${n}` });
    ids.push((await verify(world, bank, request)).verificationId);
  }
  return ids;
}

const idsOf = ({ items }: VerificationPage) => items.map(({ verificationId }) => verificationId);

it('walks newest first by pages, unmoved by what comes in meanwhile', async () => {
  const ids = await verifyMany(7);
  const pages = [await list({ limit: 3 })];
  await verifyMany(2, 'NEW');
  for (let cursor = pages[0]?.nextCursor; cursor != null; cursor = pages.at(-1)?.nextCursor) {
    pages.push(await list({ limit: 3, cursor }));
  }
  expect(pages.map(({ items }) => items.length)).toEqual([3, 3, 1]);
  expect(pages.flatMap(idsOf)).toEqual(ids.reverse());
});

it('ends without a cursor when the last page is full', async () => {
  await verifyMany(2);
  expect((await list({ limit: 2 })).nextCursor).toBeNull();
  expect(await list({ reference: 'nobody' })).toEqual({ items: [], nextCursor: null });
});

it('parts verifications of one instant', async () => {
  const request = () => signedRequest(Buffer.from('content'));
  const ids = [await verify(world, bank, request()), await verify(world, bank, request())].map((a) => a.verificationId);
  const first = await list({ limit: 1 });
  expect(first.nextCursor).not.toBeNull();
  const second = await list({ limit: 1, ...(first.nextCursor === null ? {} : { cursor: first.nextCursor }) });
  expect([...idsOf(first), ...idsOf(second)]).toEqual(ids.reverse());
});

it('filters by reference, subject, indication and time', async () => {
  const [a, b, c] = await verifyMany(3);
  world.gateway.says = 'nothing';
  const [later] = await verifyMany(1, 'LATER');
  expect(idsOf(await list({ reference: 'APP-1' }))).toEqual([b]);
  expect(idsOf(await list({ indication: 'INDETERMINATE' }))).toEqual([later]);
  const subject = (await list({ reference: 'APP-0' })).items[0]?.subjectId ?? '';
  expect(idsOf(await list({ subject }))).toEqual([c, b, a]);
  const at = (seconds: number) => new Date(FIXTURE_NOW + seconds * 1000).toISOString();
  expect(idsOf(await list({ from: at(2), to: at(3) }))).toEqual([b]);
  expect(idsOf(await list({ from: at(2), to: at(4), reference: 'APP-2' }))).toEqual([c]);
});

it('summarises each with its reference, and nothing personal', async () => {
  await verifyMany(1);
  expect((await list()).items[0]).toEqual({
    verificationId: expect.stringMatching(/^ver_/),
    reference: 'APP-0',
    purpose: 'account-opening',
    verifiedAt: '2026-06-01T03:00:01Z',
    indication: 'TOTAL-PASSED',
    subIndication: null,
    retryable: false,
    subjectId: expect.stringMatching(/^sub_/),
    certificateId: expect.stringMatching(/^crt_/),
  });
});

it('shows one tenant nothing of another', async () => {
  await verifyMany(2);
  const subject = (await list()).items[0]?.subjectId ?? '';
  const other = await world.createCaller(`other-${bank.tenantName}`);
  for (const filters of [{}, { reference: 'APP-0' }, { subject }]) {
    expect(await world.verifications.list(other, filters, 'req-1')).toEqual({
      ok: true,
      value: { items: [], nextCursor: null },
    });
  }
});

it.each(['x', 'AAAA', Buffer.from('1 ver_short').toString('base64url'), Buffer.from('-1 ver_').toString('base64url')])(
  'refuses the made-up cursor %s',
  async (cursor) => {
    expect(await world.verifications.list(bank, { cursor }, 'req-1')).toMatchObject({
      ok: false,
      code: 'cursor-invalid',
    });
  },
);

it('reads a cursor back as it was written', () => {
  const position = { verifiedAt: new Date(FIXTURE_NOW), verificationId: newId('ver', FIXTURE_NOW) };
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
});

it('refuses an instant that no calendar has', async () => {
  expect(await world.verifications.list(bank, { from: '2026-06-30T23:59:60Z' }, 'req-1')).toMatchObject({
    code: 'invalid-request',
    errors: [{ pointer: '/from' }],
  });
});
