import { sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DerReader } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { readFixture, readKey } from '../../fixtures.ts';
import { holdUntil, rowsOf, withNewBank } from '../new-bank.ts';
import { failedChecks, issueChallenge, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

const rows = (table: string) => rowsOf(world, bank, table);

it('lets exactly one of a hundred verifications with one challenge pass', async () => {
  const { challengeId, octets } = await issueChallenge(world, bank);
  const request = signedRequest(octets, { challengeId });
  world.gateway.hold = holdUntil(100);
  const answers = await Promise.all(Array.from({ length: 100 }, () => verify(world, bank, request)));
  const passed = answers.filter(({ indication }) => indication === 'TOTAL-PASSED');
  expect(passed).toHaveLength(1);
  for (const lost of answers.filter((answer) => answer !== passed[0])) {
    expect(lost).toMatchObject({ subIndication: 'SIG_CONSTRAINTS_FAILURE', attributes: null, subject: null });
    expect(failedChecks(lost)).toEqual(['challenge.unused']);
  }
  expect(await rows('verification')).toHaveLength(100);
  expect(await rows('evidence')).toHaveLength(100);
  expect(await rows('challenge')).toMatchObject([{ used_by: passed[0]?.verificationId }]);
  // what is on file is what was answered
  for (const answer of answers.slice(0, 10)) {
    expect(await world.verifications.read(bank, answer.verificationId, 'req-1')).toEqual({ ok: true, value: answer });
  }
});

it('makes one certificate and one subject of many first verifications at once', async () => {
  world.gateway.hold = holdUntil(12);
  const requests = Array.from({ length: 12 }, (_, n) => signedRequest(Buffer.from(`content ${n}`)));
  const answers = await Promise.all(requests.map((request) => verify(world, bank, request)));
  expect(answers.filter(({ subject }) => subject?.isNew)).toHaveLength(1);
  expect(new Set(answers.map(({ subject }) => subject?.id)).size).toBe(1);
  expect(new Set(answers.map(({ certificate }) => certificate?.id)).size).toBe(1);
  expect(await rows('certificate')).toHaveLength(1);
  expect(await rows('subject')).toHaveLength(1);
  expect(await rows('subject_attributes')).toHaveLength(1);
});

describe('another certificate under a known identity', () => {
  /** The same CA signs the same serial again, with one digit of notAfter changed. */
  function twin(): Uint8Array {
    const der = Uint8Array.from(readFixture('leaf-digital-signature.crt'));
    const inside = new DerReader(der).next(tags.SEQUENCE).reader();
    const tbs = inside.next(tags.SEQUENCE);
    const found = Buffer.from(tbs.der).indexOf(Buffer.from('290217', 'latin1'));
    expect(found).toBeGreaterThan(0);
    der[tbs.start + found + 5] = 0x38; // 2029-02-18
    inside.next(tags.SEQUENCE);
    const bits = inside.next(tags.BIT_STRING);
    der.set(sign('sha256', tbs.der, readKey('sign-ca-2')), bits.contentStart + 1);
    return der;
  }

  it('is refused, changes nothing on file and raises an event', async () => {
    const content = Buffer.from('content');
    const first = await verify(world, bank, signedRequest(content));
    const before = await rows('certificate');
    const { challengeId, octets } = await issueChallenge(world, bank);
    const request = signedRequest(octets, { challengeId }, 'leaf-digital-signature.crt', twin());
    const answer = await verify(world, bank, request);
    expect(answer).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      attributes: null,
      subject: null,
      certificate: { id: null },
    });
    expect(failedChecks(answer)).toEqual(['certificate.identity']);
    expect(await rows('certificate')).toEqual(before);
    expect(await rows('subject')).toHaveLength(1);
    expect(await rows('challenge')).toMatchObject([{ used_at: null }]);
    const events = (await rows('event')).filter(({ type }) => type === 'certificate.identity-conflict');
    expect(events).toMatchObject([{ verification_id: answer.verificationId }]);
    expect(world.logged.join('')).toContain('certificate.identity-conflict');
    expect((await verify(world, bank, signedRequest(content))).subject?.id).toBe(first.subject?.id);
  });
});

it('records nothing at all when any part of the record fails', async () => {
  const { challengeId, octets } = await issueChallenge(world, bank);
  const request = signedRequest(octets, { challengeId });
  const tables = ['verification', 'evidence', 'certificate', 'subject', 'subject_attributes', 'idempotency_key'];
  // the last statement of the record is made to fail
  await world.superuser.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
    create trigger refuse before insert on idempotency_key for each row execute function refuse();
  `);
  await expect(verify(world, bank, request, 'key-1')).rejects.toThrow();
  for (const table of tables) expect([table, await rows(table)]).toEqual([table, []]);
  expect(await rows('challenge')).toMatchObject([{ used_at: null }]);
  expect((await rows('event')).map(({ type }) => type).sort()).toEqual([
    'challenge.issued',
    'client.created',
    'tenant.created',
  ]);
  await world.superuser.query('drop trigger refuse on idempotency_key');
  expect((await verify(world, bank, request, 'key-1')).indication).toBe('TOTAL-PASSED');
});

it('records nothing when the connection is cut in the middle', async () => {
  await world.superuser.query(`
    create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
    create trigger dawdle before insert on evidence for each row execute function dawdle();
  `);
  const attempt = verify(world, bank, signedRequest(Buffer.from('content')));
  const settled = expect(attempt).rejects.toThrow('the database cannot be used right now');
  let killed = 0;
  while (killed === 0) {
    const { rows } = await world.superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event = 'PgSleep'`,
    );
    killed = rows.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await settled;
  await world.superuser.query('drop trigger dawdle on evidence');
  for (const table of ['verification', 'certificate', 'subject']) expect(await rows(table)).toEqual([]);
  expect((await verify(world, bank, signedRequest(Buffer.from('content')))).subject?.isNew).toBe(true);
});
