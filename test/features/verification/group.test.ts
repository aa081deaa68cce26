import { expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { holdUntil, rowsOf, withNewBank } from '../new-bank.ts';
import { failedChecks, issueChallenge, options, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

const rows = (table: string) => rowsOf(world, bank, table);
const content = (text: string) => signedRequest(Buffer.from(text));

/** How many transactions wrote the tenant's verifications. */
async function countCommits(): Promise<number> {
  const sql = 'select distinct xmin::text from verification where tenant_id = $1';
  return (await world.superuser.query(sql, [bank.tenantId])).rows.length;
}

it('commits verifications together that come together, each with all of its rows', async () => {
  await verify(world, bank, content('on file'));
  world.gateway.hold = holdUntil(20);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => verify(world, bank, content(`content ${n}`))));
  expect(await countCommits()).toBeLessThan(10);
  for (const table of ['verification', 'evidence']) expect(await rows(table)).toHaveLength(21);
  const events = (await rows('event')).filter(({ type }) => type === 'verification.completed');
  expect(new Set(events.map(({ verification_id }) => verification_id)).size).toBe(21);
  for (const answer of answers) {
    expect(await world.verifications.read(bank, answer.verificationId, 'req-1')).toEqual({ ok: true, value: answer });
  }
});

it('gives each of a group its own outcome', async () => {
  const used = await issueChallenge(world, bank);
  const fresh = await issueChallenge(world, bank);
  const first = await verify(world, bank, content('first'), 'known key');
  world.gateway.hold = holdUntil(5);
  const [plain, one, other, unused, keyed] = await Promise.all([
    verify(world, bank, content('plain')),
    verify(world, bank, signedRequest(used.octets, { challengeId: used.challengeId })),
    verify(world, bank, signedRequest(used.octets, { challengeId: used.challengeId })),
    verify(world, bank, signedRequest(fresh.octets, { challengeId: fresh.challengeId })),
    verify(world, bank, content('keyed'), 'new key'),
  ]);
  expect([plain, unused, keyed].map(({ indication }) => indication)).toEqual(Array(3).fill('TOTAL-PASSED'));
  expect([one, other].map(failedChecks).sort()).toEqual([[], ['challenge.unused']]);
  for (const { subject } of [plain, unused, keyed]) expect(subject).toEqual({ id: first.subject?.id, isNew: false });
  const request = content('keyed');
  expect(await world.verifications.verify(bank, request, options(request, 'new key'))).toEqual({
    ok: true,
    value: keyed,
    replayed: true,
  });
  expect(await rows('verification')).toHaveLength(6);
});

it('records the others of a group when one cannot be recorded', async () => {
  await world.superuser.query(`
    create function refuse_some() returns trigger language plpgsql as $$
      begin if new.purpose = 'refused' then raise exception 'no room'; end if; return new; end $$;
    create trigger refuse_some before insert on verification for each row execute function refuse_some();
  `);
  world.gateway.hold = holdUntil(5);
  const requests = ['a', 'b', 'c', 'd'].map((text) => verify(world, bank, content(text)));
  const refused = verify(world, bank, { ...content('e'), purpose: 'refused' });
  await expect(refused).rejects.toThrow('no room');
  expect((await Promise.all(requests)).map(({ indication }) => indication)).toEqual(Array(4).fill('TOTAL-PASSED'));
  await world.superuser.query('drop trigger refuse_some on verification');
  for (const table of ['verification', 'evidence']) expect(await rows(table)).toHaveLength(4);
  expect(await rows('certificate')).toHaveLength(1);
});

it('lets many tenants record at once, none in the place of another', async () => {
  const banks = await Promise.all(
    ['one', 'two', 'three'].map((name) => world.createCaller(`${name}-${bank.tenantName}`)),
  );
  world.gateway.hold = holdUntil(12);
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => verify(world, banks[n % 3] as Caller, content(`content ${n}`))),
  );
  for (const [n, answer] of answers.entries()) {
    expect(await world.verifications.read(banks[n % 3] as Caller, answer.verificationId, 'req-1')).toMatchObject({
      ok: true,
    });
    expect(await world.verifications.read(banks[(n + 1) % 3] as Caller, answer.verificationId, 'req-1')).toMatchObject({
      ok: false,
    });
  }
});

it('registers a certificate anew that went from the file since it was seen there', async () => {
  const first = await verify(world, bank, content('first'));
  expect((await verify(world, bank, content('second'))).subject).toEqual({ id: first.subject?.id, isNew: false });
  await world.superuser.query('begin');
  for (const table of ['subject_attributes', 'certificate', 'subject'])
    await world.superuser.query(`delete from ${table} where tenant_id = $1`, [bank.tenantId]);
  await world.superuser.query('commit');
  const again = await verify(world, bank, content('third'));
  expect(again.subject).toMatchObject({ isNew: true });
  expect(again.subject?.id).not.toBe(first.subject?.id);
  expect(await rows('certificate')).toMatchObject([{ id: again.certificate?.id, subject_id: again.subject?.id }]);
  for (const table of ['subject', 'subject_attributes']) expect(await rows(table)).toHaveLength(1);
});
