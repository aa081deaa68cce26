import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { withNewBank } from '../new-bank.ts';
import { failedChecks, issueChallenge, signedRequest, verify, type World } from '../world.ts';

const CONTENT = Buffer.from('I agree');
let world: World;
let bank: Caller;
withNewBank((given, caller) => {
  world = given;
  bank = caller;
});

const countOf = async (table: string, tenantId: string) => {
  const { rows } = await world.superuser.query(`select count(*)::int as n from ${table} where tenant_id = $1`, [
    tenantId,
  ]);
  return rows[0].n as number;
};

describe('a sound signature by a good certificate', () => {
  it('passes, with attributes, legal method, certificate and subject on file', async () => {
    const answer = await verify(world, bank, signedRequest(CONTENT, { reference: 'APP-1' }));
    expect(failedChecks(answer)).toEqual([]);
    expect(answer).toMatchObject({
      indication: 'TOTAL-PASSED',
      subIndication: null,
      retryable: false,
      reference: 'APP-1',
      verifiedAt: '2026-06-01T03:00:00Z',
      attributes: { name: '見本　太郎', gender: 'male' },
      legalMethod: { code: 'jp.apt.jpki-signature' },
      certificate: { kind: 'digital-signature', medium: 'card', id: expect.stringMatching(/^crt_/) },
      subject: { id: expect.stringMatching(/^sub_/), isNew: true },
      revocation: { status: 'good' },
      declared: null,
    });
    for (const table of ['certificate', 'subject', 'subject_attributes', 'verification', 'evidence']) {
      expect([table, await countOf(table, bank.tenantId)]).toEqual([table, 1]);
    }
  });

  it('joins the same subject when the same certificate comes again', async () => {
    const first = await verify(world, bank, signedRequest(CONTENT));
    const second = await verify(world, bank, signedRequest(Buffer.from('another')));
    expect(second.subject).toEqual({ id: first.subject?.id, isNew: false });
    expect(second.certificate?.id).toBe(first.certificate?.id);
    expect(await countOf('subject_attributes', bank.tenantId)).toBe(1);
  });

  it('gives neither attributes nor legal method for a 利用者証明用 certificate', async () => {
    const answer = await verify(world, bank, signedRequest(CONTENT, {}, 'leaf-user-authentication.crt'));
    expect(answer).toMatchObject({ indication: 'TOTAL-PASSED', attributes: null, legalMethod: null });
    expect(answer.subject?.isNew).toBe(true);
    expect(await countOf('subject_attributes', bank.tenantId)).toBe(0);
  });

  it.each([
    ['the request', {}, { store: { subject: false } }],
    ['the policy', { storeSubject: false }, {}],
  ])('keeps no subject when %s says so', async (_who, policy, more) => {
    const caller = { ...bank, policy: { ...bank.policy, ...policy } };
    const answer = await verify(world, caller, signedRequest(CONTENT, more));
    expect(answer).toMatchObject({ indication: 'TOTAL-PASSED', subject: null, certificate: { id: null } });
    expect(answer.attributes).not.toBeNull();
    expect(await countOf('certificate', bank.tenantId)).toBe(0);
    expect(await countOf('subject', bank.tenantId)).toBe(0);
  });

  it('tells a service-provider nothing of the certificate', async () => {
    const caller = await world.createCaller(`provider-${bank.tenantName}`, { role: 'service-provider' });
    const answer = await verify(world, caller, signedRequest(CONTENT));
    expect(answer).toMatchObject({ indication: 'TOTAL-PASSED', certificate: null });
    // nor where its CRL lies, which names a municipality
    expect(answer.revocation?.attempts).toMatchObject([{ method: 'ocsp', source: 'ocsp', outcome: 'accepted' }]);
    expect((await verify(world, bank, signedRequest(CONTENT))).revocation?.attempts[0]?.source).toBe('fake');
    const read = await world.verifications.read(caller, answer.verificationId, 'req-1');
    expect(read).toEqual({ ok: true, value: answer });
    const list = await world.verifications.list(caller, {}, 'req-1');
    expect(list.ok && list.value.items[0]?.certificateId).toBeNull();
  });

  it('reads back as it was answered', async () => {
    const answer = await verify(world, bank, signedRequest(CONTENT, { reference: 'APP-2' }));
    expect(await world.verifications.read(bank, answer.verificationId, 'req-1')).toEqual({ ok: true, value: answer });
    const other = await world.createCaller(`other-${bank.tenantName}`);
    expect(await world.verifications.read(other, answer.verificationId, 'req-1')).toEqual({
      ok: false,
      code: 'verification-not-found',
    });
  });
});

describe('a verification that does not pass', () => {
  it('stores itself and its evidence, no certificate, no subject', async () => {
    const request = signedRequest(CONTENT);
    const forged = { ...request, signature: { ...request.signature, content: 'b3RoZXI=' } };
    const answer = await verify(world, bank, forged);
    expect(answer).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'SIG_CRYPTO_FAILURE',
      attributes: null,
      subject: null,
      legalMethod: null,
      revocation: null,
      certificate: { id: null },
    });
    expect(world.gateway.questions).toEqual([]);
    expect(await countOf('certificate', bank.tenantId)).toBe(0);
    expect(await countOf('subject', bank.tenantId)).toBe(0);
    expect(await countOf('verification', bank.tenantId)).toBe(1);
    expect(await countOf('evidence', bank.tenantId)).toBe(1);
  });

  it('looks nothing up under the serial of a forged certificate', async () => {
    await verify(world, bank, signedRequest(CONTENT));
    world.gateway.questions.length = 0;
    const answer = await verify(world, bank, signedRequest(CONTENT, {}, 'leaf-forged.crt'));
    expect(answer).toMatchObject({ indication: 'INDETERMINATE', certificate: null, revocation: null, subject: null });
    expect(world.gateway.questions).toEqual([]);
  });

  it('is retryable when no evidence was accepted', async () => {
    world.gateway.says = 'nothing';
    const answer = await verify(world, bank, signedRequest(CONTENT));
    expect(answer).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'TRY_LATER',
      retryable: true,
      revocation: { status: 'undetermined', attempts: [{ outcome: 'refused', refusal: 'timeout' }] },
      attributes: null,
    });
  });

  it('marks a known certificate that is found revoked, once, and no more', async () => {
    const good = await verify(world, bank, signedRequest(CONTENT));
    const revokedAt = Date.UTC(2026, 4, 20, 0, 30);
    world.gateway.says = { status: 'revoked', revokedAt, reason: 'keyCompromise' };
    const answer = await verify(world, bank, signedRequest(CONTENT));
    expect(answer).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'REVOKED',
      revocation: { status: 'revoked', reason: 'keyCompromise', revokedAt: '2026-05-20T00:30:00Z' },
      certificate: { id: good.certificate?.id },
      subject: null,
      attributes: null,
    });
    await verify(world, bank, signedRequest(CONTENT));
    const { rows } = await world.superuser.query('select * from certificate where tenant_id = $1', [bank.tenantId]);
    expect(rows).toMatchObject([{ revoked_at: new Date(revokedAt), revocation_reason: 'keyCompromise' }]);
    const events = await world.superuser.query(
      `select type from event where tenant_id = $1 and type like 'certificate.%' order by id`,
      [bank.tenantId],
    );
    expect(events.rows.map(({ type }) => type)).toEqual(['certificate.registered', 'certificate.revoked']);
  });
});

it('never passes a certificate again that is on file as revoked, whatever is answered later', async () => {
  const first = await verify(world, bank, signedRequest(CONTENT));
  const revokedAt = Date.UTC(2026, 4, 20);
  world.gateway.says = { status: 'revoked', revokedAt, reason: 'certificateHold' };
  await verify(world, bank, signedRequest(CONTENT));
  world.gateway.says = { status: 'good' };
  const { challengeId, octets } = await issueChallenge(world, bank);
  const answer = await verify(world, bank, signedRequest(octets, { challengeId }));
  expect(answer).toMatchObject({
    indication: 'TOTAL-FAILED',
    subIndication: 'REVOKED',
    retryable: false,
    revocation: { status: 'revoked', reason: 'certificateHold', revokedAt: '2026-05-20T00:00:00Z', method: null },
    certificate: { id: first.certificate?.id },
    attributes: null,
    subject: null,
    legalMethod: null,
  });
  expect(answer.revocation?.attempts).toHaveLength(1);
  expect(failedChecks(answer)).toEqual(['revocation.on-file']);
  expect(await world.verifications.read(bank, answer.verificationId, 'req-1')).toEqual({ ok: true, value: answer });
  const { rows } = await world.superuser.query(
    `select verification_id from event where tenant_id = $1 and type = 'certificate.good-after-revoked'`,
    [bank.tenantId],
  );
  expect(rows).toEqual([{ verification_id: answer.verificationId }]);
  const certificates = await world.superuser.query('select revoked_at from certificate where tenant_id = $1', [
    bank.tenantId,
  ]);
  expect(certificates.rows).toEqual([{ revoked_at: new Date(revokedAt) }]);
  // a sound signature used the challenge up
  const again = await verify(world, bank, signedRequest(octets, { challengeId }));
  expect(failedChecks(again)).toContain('challenge.unused');
  // and it is the tenant's own file that says so
  const other = await world.createCaller(`other-file-${bank.tenantName}`);
  expect((await verify(world, other, signedRequest(CONTENT))).indication).toBe('TOTAL-PASSED');
});

it('holds a certificate revoked that is on file as found revoked without a date', async () => {
  await verify(world, bank, signedRequest(CONTENT));
  const foundAt = new Date(Date.UTC(2026, 4, 30));
  await world.superuser.query('update certificate set revocation_found_at = $1 where tenant_id = $2', [
    foundAt,
    bank.tenantId,
  ]);
  const answer = await verify(world, bank, signedRequest(CONTENT));
  expect(answer).toMatchObject({
    indication: 'TOTAL-FAILED',
    subIndication: 'REVOKED',
    revocation: { status: 'revoked', reason: null, revokedAt: '2026-05-30T00:00:00Z' },
    attributes: null,
  });
  expect(await world.verifications.read(bank, answer.verificationId, 'req-1')).toEqual({ ok: true, value: answer });
});

it('files a revocation of the year 0000, which a responder may say and PostgreSQL has not', async () => {
  await verify(world, bank, signedRequest(CONTENT));
  world.gateway.says = { status: 'revoked', revokedAt: Date.parse('0000-02-29T00:00:00Z'), reason: null };
  const answer = await verify(world, bank, signedRequest(CONTENT));
  expect(answer).toMatchObject({ subIndication: 'REVOKED', revocation: { revokedAt: '0000-02-29T00:00:00Z' } });
  world.gateway.says = { status: 'good' };
  expect(await verify(world, bank, signedRequest(CONTENT))).toMatchObject({
    subIndication: 'REVOKED',
    revocation: { revokedAt: '0001-01-01T00:00:00Z' },
  });
});

describe('a challenge', () => {
  it('is used up by a pass, and a replay says so', async () => {
    const { challengeId, octets } = await issueChallenge(world, bank);
    const request = signedRequest(octets, { challengeId });
    expect((await verify(world, bank, request)).indication).toBe('TOTAL-PASSED');
    const replay = await verify(world, bank, request);
    expect(replay).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
    expect(failedChecks(replay)).toEqual(['challenge.unused']);
  });

  it('stays usable after a bad signature and after TRY_LATER', async () => {
    const { challengeId, octets } = await issueChallenge(world, bank);
    const bad = await verify(world, bank, signedRequest(Buffer.from('something else'), { challengeId }));
    expect(bad.subIndication).toBe('SIG_CRYPTO_FAILURE');
    world.gateway.says = 'nothing';
    expect((await verify(world, bank, signedRequest(octets, { challengeId }))).subIndication).toBe('TRY_LATER');
    world.gateway.says = { status: 'good' };
    expect((await verify(world, bank, signedRequest(octets, { challengeId }))).indication).toBe('TOTAL-PASSED');
  });

  it('is used up by a sound signature of a revoked certificate', async () => {
    const { challengeId, octets } = await issueChallenge(world, bank);
    world.gateway.says = { status: 'revoked', revokedAt: Date.UTC(2026, 4, 20), reason: null };
    expect((await verify(world, bank, signedRequest(octets, { challengeId }))).subIndication).toBe('REVOKED');
    const again = await verify(world, bank, signedRequest(octets, { challengeId }));
    expect(failedChecks(again)).toContain('challenge.unused');
  });

  it('of another tenant is unknown; for another purpose or too old it says so', async () => {
    const { challengeId, octets } = await issueChallenge(world, bank);
    const other = await world.createCaller(`stranger-${bank.tenantName}`);
    expect(failedChecks(await verify(world, other, signedRequest(octets, { challengeId })))).toContain(
      'challenge.known',
    );
    const purposeless = await verify(world, bank, signedRequest(octets, { challengeId, purpose: 'loan' }));
    expect(failedChecks(purposeless)).toEqual(['challenge.purpose']);
    const before = world.clock.at;
    world.clock.at += 300_000;
    const late = await verify(world, bank, signedRequest(octets, { challengeId }));
    world.clock.at = before + 299_999;
    const inTime = await verify(world, bank, signedRequest(octets, { challengeId }));
    world.clock.at = before;
    expect(failedChecks(late)).toEqual(['challenge.fresh']);
    expect(inTime.indication).toBe('TOTAL-PASSED');
  });

  it('is required where the policy says so', async () => {
    const strict = { ...bank, policy: { ...bank.policy, challengeRequired: true } };
    const without = await verify(world, strict, signedRequest(CONTENT));
    expect(failedChecks(without)).toEqual(['challenge.required']);
    expect((await verify(world, bank, signedRequest(CONTENT))).checks).toContainEqual(
      expect.objectContaining({ check: 'challenge.required', outcome: 'reported' }),
    );
  });
});
