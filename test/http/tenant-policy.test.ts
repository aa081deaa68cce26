import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../src/features/tenants/policy.ts';
import type { RawSignatureRequest, VerifyRequest } from '../../src/features/verification/wire.ts';
import type { Answer } from './request.ts';
import { base64, type SandboxService } from './sandbox-service.ts';
import { withResident } from './with-resident.ts';

let service: SandboxService;
let resident: string;
withResident((started, created) => {
  service = started;
  resident = created;
});

let count = 0;
let tenant: string;
beforeEach(async () => {
  tenant = `bank-${count++}`;
  await service.jpki('tenants', 'create', tenant);
});

/** A client of a tenant whose policy is that. */
async function clientUnder(...assignments: string[]): Promise<string> {
  const set = assignments.flatMap((assignment) => ['--set', assignment]);
  if (set.length > 0) await service.jpki('tenants', 'policy', tenant, ...set);
  const scopes = ['--scopes', 'verify,subjects:read,subjects:write,reports:export'];
  return (await service.jpki<{ apiKey: string }>('clients', 'create', '--tenant', tenant, ...scopes)).apiKey;
}

const signed = (request: object = {}): Promise<VerifyRequest> =>
  service.sign(resident, { content: base64('content'), ...request });
const verify = async (key: string, change: object = {}): Promise<Answer> => {
  const answer = await service.ask('/jpki/verify', { key, body: { ...(await signed()), ...change } });
  expect(answer.status).toBe(200);
  return answer;
};
const verdict = ({ body }: Answer) => [body.indication, body.subIndication];
const failed = ({ body }: Answer) => body.checks.filter(({ outcome }) => outcome === 'failed').map((one) => one.check);
const PASSED = ['TOTAL-PASSED', null];

describe('what a tenant’s policy says of', () => {
  it('challenges: required or not', async () => {
    const without = await verify(await clientUnder('challengeRequired=true'));
    expect([verdict(without), failed(without)]).toEqual([
      ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE'],
      ['challenge.required'],
    ]);
    expect(verdict(await verify(await clientUnder('challengeRequired=false')))).toEqual(PASSED);
  });

  it.each(['ocsp', 'crl', 'ocsp-then-crl'])(
    'the method of revocation: %s, where the request names none',
    async (method) => {
      const key = await clientUnder(`revocationMethod=${method}`);
      const answer = await verify(key);
      expect([verdict(answer), answer.body.revocation?.method]).toEqual([PASSED, method === 'crl' ? 'crl' : 'ocsp']);
      await service.sandbox('PUT', '/faults', { faults: [{ target: 'ocsp', fault: 'http-error', status: 500 }] });
      try {
        const away = await verify(key);
        const seen = [verdict(away)[1], away.body.revocation?.attempts.map((attempt) => attempt.method)];
        const expected = {
          ocsp: ['TRY_LATER', ['ocsp']],
          crl: [null, ['crl']],
          'ocsp-then-crl': [null, ['ocsp', 'crl']],
        };
        expect(seen).toEqual(expected[method as keyof typeof expected]);
        expect((await verify(key, { revocation: { method: 'crl' } })).body.revocation?.method).toBe('crl');
      } finally {
        await service.sandbox('PUT', '/faults', { faults: [] });
      }
    },
  );

  it('the greatest age of a response without nextUpdate', async () => {
    await service.sandbox('PUT', '/responder', { nextUpdate: false });
    await service.sandbox('PUT', '/faults', { faults: [{ target: 'ocsp', fault: 'stale' }] }); // two days old
    // of somebody whose certificate is older than the response
    const request = await service.sign('mihon-taro', { content: base64('content') });
    try {
      const refused = await verify(await clientUnder('ocspMaxAgeSeconds=86400'), request);
      expect([verdict(refused), refused.body.retryable]).toEqual([['INDETERMINATE', 'TRY_LATER'], true]);
      const accepted = await verify(await clientUnder('ocspMaxAgeSeconds=604800'), request);
      expect([verdict(accepted), accepted.body.revocation?.status]).toEqual([PASSED, 'good']);
    } finally {
      await service.sandbox('PUT', '/responder', { nextUpdate: true });
      await service.sandbox('PUT', '/faults', { faults: [] });
    }
  });

  it('the kinds accepted', async () => {
    const answer = await verify(await clientUnder('kindsAccepted=user-authentication'));
    expect(verdict(answer)).toEqual(['INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE']);
    expect(answer.body).toMatchObject({ attributes: null, subject: null });
    expect(verdict(await verify(await clientUnder('kindsAccepted=digital-signature')))).toEqual(PASSED);
  });

  it('a bare digest in place of content', async () => {
    const request = await signed();
    const { content, ...signature } = request.signature as RawSignatureRequest;
    const value = createHash('sha256')
      .update(Buffer.from(content as string, 'base64'))
      .digest('base64');
    const bare = { ...request, signature: { ...signature, digest: { algorithm: 'SHA-256', value } } };
    const refused = await verify(await clientUnder('digestAllowed=false'), bare);
    expect([verdict(refused)[1], failed(refused)]).toEqual(['SIG_CONSTRAINTS_FAILURE', ['content.unambiguous']]);
    expect(verdict(await verify(await clientUnder('digestAllowed=true'), bare))).toEqual(PASSED);
  });

  it('what is stored: the default of store.subject', async () => {
    const key = await clientUnder('storeSubject=false');
    expect((await verify(key)).body).toMatchObject({
      indication: 'TOTAL-PASSED',
      subject: null,
      certificate: { id: null },
    });
    expect((await verify(key, { store: { subject: true } })).body.subject).toMatchObject({ isNew: true });
    expect((await verify(await clientUnder('storeSubject=true'))).body.subject).toMatchObject({ isNew: false });
  });

  it('the attributes returned, and whether the MAC of the serial number is', async () => {
    const all = await verify(await clientUnder());
    expect(all.body.certificate?.serialNumberMac).toEqual(expect.any(String));
    expect(all.body.attributes).toMatchObject({ name: '試験　花子', gender: 'female' });
    const key = await clientUnder('attributesReturned=name,dateOfBirth', 'serialNumberMacShown=false');
    const some = await verify(key);
    expect(some.body.certificate?.serialNumberMac).toBeNull();
    expect(some.body.attributes).toMatchObject({
      ...{ name: '試験　花子', dateOfBirth: { value: '1980-02-17' } },
      ...{ address: null, gender: null, genderRaw: null },
    });
    const none = await verify(await clientUnder('attributesReturned=none'));
    expect(none.body.attributes).toMatchObject({ name: null, address: null, dateOfBirth: null, gender: null });
    const read = await service.ask(`/jpki/verifications/${all.body.verificationId}`, { key });
    expect(read.body.attributes).toMatchObject({ name: '試験　花子', address: null });
  });

  it('retention: the day from which a verification may go', async () => {
    const key = await clientUnder('verificationRetention=P10D', 'storeSubject=false');
    const { verificationId } = (await verify(key)).body;
    const path = `/jpki/verifications/${verificationId}`;
    const inTenDays = (await service.ask(path, { key, method: 'DELETE' })).body as unknown as Record<string, string>;
    expect(inTenDays.code).toBe('retention-required');
    const other = await clientUnder('verificationRetention=P11D');
    const inEleven = (await service.ask(path, { key: other, method: 'DELETE' })).body as unknown as Record<
      string,
      string
    >;
    const dayOf = ({ deletableFrom = '' }) => Date.parse(`${deletableFrom}T00:00:00Z`);
    expect(dayOf(inEleven) - dayOf(inTenDays)).toBe(24 * 60 * 60 * 1000);
  });

  it('requests a minute', async () => {
    const key = await clientUnder('rateLimitPerMinute=1');
    const list = () => service.ask('/jpki/verifications', { key });
    const answers = [await list(), await list(), await list()];
    // a minute may end between two of them, not between each two
    expect(answers.map(({ status }) => status)).toContain(429);
  });

  it('what this version does not have is stored and shown', async () => {
    const kept = { myNumberAllowed: true, consentRetention: 'P3Y', faceRetention: 'P9D', myNumberRetention: 'P3Y' };
    const set = Object.entries(kept).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    await service.jpki('tenants', 'policy', tenant, ...set);
    expect(await service.jpki('tenants', 'policy', tenant)).toMatchObject({ policy: kept });
  });
});

it('each key of a policy is tried here or named with the test that does', () => {
  const elsewhere = {
    crlMaxAgeSeconds: 'test/gateway/jlis/gather-revocation.test.ts: the sandbox publishes no CRL without nextUpdate',
    challengeRetention: 'test/features/retention/challenges.test.ts',
    auditRetention: 'test/features/retention/audit-lines.test.ts',
    quotaPerDay: 'test/http/whole.test.ts',
    quotaPerMonth: 'test/features/tenants/request-limits.test.ts',
  };
  const here = [
    ...['challengeRequired', 'revocationMethod', 'ocspMaxAgeSeconds', 'kindsAccepted', 'digestAllowed', 'storeSubject'],
    ...['attributesReturned', 'serialNumberMacShown', 'verificationRetention', 'rateLimitPerMinute'],
    ...['myNumberAllowed', 'consentRetention', 'faceRetention', 'myNumberRetention'],
  ];
  expect([...here, ...Object.keys(elsewhere)].sort()).toEqual(Object.keys(defaultPolicy('sandbox')).sort());
});
