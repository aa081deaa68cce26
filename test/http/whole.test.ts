import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { RawSignatureRequest, VerifyRequest } from '../../src/features/verification/wire.ts';
import { OCSP_CONTENT_FAULTS, TRANSPORT_FAULTS } from '../../src/sandbox/faults/fault.ts';
import { readFixture } from '../fixtures.ts';
import { contract, hits } from './contract.ts';
import type { Answer } from './request.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';
import { withResident } from './with-resident.ts';

let service: SandboxService;
let resident: string;
withResident((started, created) => {
  service = started;
  resident = created;
});

const failed = ({ body }: Answer) => body.checks.filter((check) => check.outcome === 'failed').map((one) => one.check);
const verdict = ({ body }: Answer) => [body.indication ?? body.code, body.subIndication];
const challenge = async (purpose = 'test') => {
  const answer = await service.ask('/jpki/challenges', { body: { kind: 'signature', purpose } });
  expect(answer.status).toBe(201);
  return answer.body;
};

describe('a signature of the sandbox', () => {
  it('over a challenge passes, with the four attributes, once', async () => {
    const { challengeId, content } = await challenge();
    const body = await service.sign(resident, { challengeId, content, reference: 'APP-1' });
    const answer = await service.verify(body);
    expect(verdict(answer)).toEqual(['TOTAL-PASSED', null]);
    expect(failed(answer)).toEqual([]);
    expect(answer.body).toMatchObject({
      reference: 'APP-1',
      certificate: { id: expect.stringMatching(/^crt_/), kind: 'digital-signature', medium: 'card' },
      revocation: { status: 'good', method: 'ocsp' },
      attributes: {
        name: '試験　花子',
        address: '東京都清瀬市架空町９丁目９番９号',
        dateOfBirth: { era: 'showa', value: '1980-02-17' },
        gender: 'female',
      },
      subject: { isNew: true },
      legalMethod: { code: 'jp.apt.jpki-signature' },
    });
    const replay = await service.verify(body);
    expect(verdict(replay)).toEqual(['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE']);
    expect(failed(replay)).toEqual(['challenge.unused']);
    expect(replay.body).toMatchObject({ attributes: null, subject: null, legalMethod: null });

    const read = await service.ask(`/jpki/verifications/${answer.body.verificationId}`);
    expect(read.body).toEqual(answer.body);
    const list = await service.ask('/jpki/verifications?reference=APP-1&limit=1');
    expect(list.body.items).toEqual([expect.objectContaining({ verificationId: replay.body.verificationId })]);
    const rest = await service.ask(`/jpki/verifications?reference=APP-1&limit=1&cursor=${list.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ verificationId: answer.body.verificationId }], nextCursor: null });
  });

  it('with one flipped bit fails, and leaves the challenge usable', async () => {
    const { challengeId, content } = await challenge();
    const body = await service.sign(resident, { challengeId, content });
    const value = Buffer.from(body.signature.value, 'base64');
    value[10] = (value[10] as number) ^ 1;
    const flipped = { ...body, signature: { ...body.signature, value: value.toString('base64') } };
    expect(verdict(await service.verify(flipped))).toEqual(['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE']);
    expect(verdict(await service.verify(body))).toEqual(['TOTAL-PASSED', null]);
  });

  it('over another purpose’s challenge, or an unknown one, is not accepted', async () => {
    const { challengeId, content } = await challenge('loan');
    const other = await service.verify(await service.sign(resident, { challengeId, content }));
    expect([...verdict(other), ...failed(other)]).toEqual([
      'INDETERMINATE',
      'SIG_CONSTRAINTS_FAILURE',
      'challenge.purpose',
    ]);
    const unknown = await service.verify(await service.sign(resident, { challengeId: 'chl_0', content }));
    expect(failed(unknown)).toContain('challenge.known');
  });

  it('passes as CMS, attached and detached', async () => {
    const content = base64('申込書');
    for (const detached of [false, true]) {
      const body = await service.sign(resident, { format: 'cms', content, detached });
      expect(verdict(await service.verify(body))).toEqual(['TOTAL-PASSED', null]);
    }
  });

  it('of 利用者証明用 passes without attributes', async () => {
    const body = await service.sign(resident, { kind: 'user-authentication', content: base64('login') });
    const answer = await service.verify(body);
    expect(verdict(answer)).toEqual(['TOTAL-PASSED', null]);
    expect(answer.body).toMatchObject({ attributes: null, legalMethod: null });
  });

  it('of the smartphone passes, both kinds', async () => {
    const phone = await newResident(service, ['card', 'smartphone']);
    for (const kind of ['digital-signature', 'user-authentication']) {
      const body = await service.sign(phone, { kind, medium: 'smartphone', content: base64('phone') });
      const answer = await service.verify(body);
      expect([...verdict(answer), answer.body.certificate?.medium]).toEqual(['TOTAL-PASSED', null, 'smartphone']);
    }
  });
});

describe('what happens to the card', () => {
  it.each([
    ['loss', 'REVOKED', 'certificateHold'],
    ['death', 'REVOKED', 'cessationOfOperation'],
  ])('%s: %s', async (type, subIndication, reason) => {
    const person = await newResident(service);
    await service.sandbox('POST', `/residents/${person}/life-events`, { type });
    const body = await service.sign(person, { content: base64('after') });
    await sleep(1_100); // the directory of CRLs is looked at once a second
    for (const method of ['ocsp', 'crl', 'ocsp-then-crl']) {
      const answer = await service.verify({ ...body, revocation: { method } });
      expect([...verdict(answer), answer.body.revocation?.reason]).toEqual(['TOTAL-FAILED', subIndication, reason]);
      expect(answer.body.attributes).toBeNull();
    }
  });

  it('expiry: EXPIRED', async () => {
    const person = await newResident(service);
    await service.sandbox('POST', `/residents/${person}/life-events`, { type: 'expiry' });
    const answer = await service.verify(await service.sign(person, { content: base64('after') }));
    expect([...verdict(answer), answer.body.revocation]).toEqual(['TOTAL-FAILED', 'EXPIRED', null]);
  });
});

describe('a gateway that lies, stalls or fails never makes a “good”', () => {
  const stalls: { readonly [fault: string]: object } = { delay: { delayMs: 120_000 }, drip: { intervalMs: 50 } };
  const faults = [...OCSP_CONTENT_FAULTS, ...TRANSPORT_FAULTS].filter(
    (fault) => fault !== 'no-nonce' && !Object.hasOwn(stalls, fault),
  );
  afterAll(() => service?.sandbox('DELETE', '/faults'));

  async function expectNoGood(asked: SandboxService, body: VerifyRequest, fault: object): Promise<Answer> {
    await asked.sandbox('PUT', '/faults', { faults: [{ target: 'ocsp', ...fault }] });
    const answer = await asked.verify(body);
    expect([answer.status, ...verdict(answer)]).toEqual([200, 'INDETERMINATE', 'TRY_LATER']);
    expect(answer.body).toMatchObject({ retryable: true, attributes: null, subject: null });
    expect(answer.body.revocation?.attempts).toHaveLength(1);
    return answer;
  }

  it.each(faults)('%s', async (fault) => {
    const body = await service.sign(resident, { content: base64('fault') });
    // a first answer, so that there is an older nonce to replay
    if (fault === 'replayed-nonce') await service.verify(body);
    const answer = await expectNoGood(service, body, { fault });
    expect(answer.body.revocation?.status).toBe(fault === 'unknown' ? 'unknown' : 'undetermined');
  });

  it(`${Object.keys(stalls).join(', ')}: given up when its time is over`, async () => {
    const impatient = await startSandboxService({ OCSP_TIMEOUT_MS: '1000' });
    try {
      const body = await impatient.sign(await newResident(impatient), { content: base64('fault') });
      for (const [fault, settings] of Object.entries(stalls)) {
        const { revocation } = (await expectNoGood(impatient, body, { fault, ...settings })).body;
        expect(revocation).toMatchObject({ status: 'undetermined', attempts: [{ refusal: 'timeout' }] });
      }
    } finally {
      await impatient.stop();
    }
  });

  it('no-nonce: a responder may leave it out, unless OCSP_NONCE=require', async () => {
    const noNonce = { faults: [{ target: 'ocsp', fault: 'no-nonce' }] };
    const body = await service.sign(resident, { content: base64('fault') });
    await service.sandbox('PUT', '/faults', noNonce);
    expect(verdict(await service.verify(body))).toEqual(['TOTAL-PASSED', null]);

    const strict = await startSandboxService({ OCSP_NONCE: 'require' });
    try {
      const strictBody = await strict.sign(await newResident(strict), { content: base64('fault') });
      expect(verdict(await strict.verify(strictBody))).toEqual(['TOTAL-PASSED', null]);
      await strict.sandbox('PUT', '/faults', noNonce);
      const answer = await strict.verify(strictBody);
      expect([answer.status, ...verdict(answer)]).toEqual([200, 'INDETERMINATE', 'TRY_LATER']);
      expect(answer.body.revocation?.status).toBe('undetermined');
    } finally {
      await strict.stop();
    }
  });

  it('a CRL stands in where OCSP is undetermined and the caller asked for it', async () => {
    const body = await service.sign(resident, { content: base64('fault') });
    await service.sandbox('PUT', '/faults', { faults: [{ target: 'ocsp', fault: 'http-error' }] });
    const answer = await service.verify({ ...body, revocation: { method: 'ocsp-then-crl' } });
    expect(verdict(answer)).toEqual(['TOTAL-PASSED', null]);
    expect(answer.body.revocation?.attempts.map((attempt) => attempt.outcome)).toEqual(['refused', 'accepted']);
  });
});

describe('hostile bytes', () => {
  const octets = (name: string) => Buffer.from(readFixture(name)).toString('base64');
  const raw = (name: string): RawSignatureRequest => ({
    format: 'raw',
    algorithm: 'RS256',
    value: base64('signature'),
    certificate: octets(name),
    content: base64('content'),
  });
  const files = readdirSync(new URL('../../fixtures/certs/', import.meta.url));

  it.each(files.filter((name) => name.endsWith('.crt')))('as certificate: %s', async (name) => {
    const answer = await service.verify({ purpose: 'test', signature: raw(name) });
    if (answer.status === 422) expect(answer.body.code).toBe('certificate-unreadable');
    else expect([answer.status, answer.body.indication]).not.toEqual([200, 'TOTAL-PASSED']);
    expect([200, 422]).toContain(answer.status);
  });

  it.each(files.filter((name) => name.endsWith('.p7m')))('as CMS: %s', async (name) => {
    const answer = await service.verify({ purpose: 'test', signature: { format: 'cms', value: octets(name) } });
    expect([200, 422]).toContain(answer.status);
    if (answer.status === 200) expect(answer.body.indication).not.toBe('TOTAL-PASSED');
  });

  it.each([
    ['no DER at all', { ...raw('leaf-digital-signature.crt'), certificate: base64('hello') }, 'certificate-unreadable'],
    ['no CMS', { format: 'cms', value: base64('hello') }, 'cms-unreadable'],
    ['pdf', { format: 'pdf', value: base64('%PDF-1.7') }, 'format-not-supported'],
    ['xml', { format: 'xml', value: base64('<a/>') }, 'format-not-supported'],
    ['digital-auth-app', { format: 'digital-auth-app', value: 'eyJ' }, 'format-not-supported'],
  ])('%s', async (_name, signature, code) => {
    const answer = await service.verify({ purpose: 'test', signature });
    expect([answer.status, answer.body.code]).toEqual([422, code]);
  });

  it('a digest with an algorithm that cannot take one', async () => {
    const { content: _content, ...signature } = raw('leaf-digital-signature.crt');
    const digest = { algorithm: 'SHA-256', value: Buffer.alloc(32).toString('base64') };
    const answer = await service.verify({ purpose: 'test', signature: { ...signature, algorithm: 'PS256', digest } });
    expect([answer.status, answer.body.code]).toEqual([400, 'digest-not-supported']);
  });

  it('neither content, digest nor challenge; or two of them', async () => {
    const { content, ...signature } = raw('leaf-digital-signature.crt');
    const none = await service.verify({ purpose: 'test', signature });
    expect([none.status, none.body.code]).toEqual([422, 'content-required']);
    const digest = { algorithm: 'SHA-256', value: Buffer.alloc(32).toString('base64') };
    const both = await service.verify({ purpose: 'test', signature: { ...signature, content, digest } });
    expect([both.status, both.body.code]).toEqual([422, 'content-not-allowed']);
  });
});

describe('Idempotency-Key', () => {
  it('gives the first answer again, and refuses another body', async () => {
    const body = await service.sign(resident, { content: base64('once') });
    const headers = { 'Idempotency-Key': 'whole-1' };
    const first = await service.verify(body, headers);
    const again = await service.verify(body, headers);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await service.verify({ ...body, reference: 'other' }, headers);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency-key-reused']);
  });
});

describe('administration', () => {
  it('makes a tenant and a client that verifies, and ends both', async () => {
    await service.jpki('tenants', 'create', 'operator', '--role', 'operator');
    const operator = await service.jpki<{ apiKey: string }>(
      ...['clients', 'create', '--tenant', 'operator', '--scopes', 'admin'],
    );
    const admin = (path: string, method = 'GET', body?: unknown) =>
      service.ask(`/admin${path}`, { key: operator.apiKey, method, ...(body ? { body } : {}) });
    const authority = { kind: 'contract', reference: 'PF-1', from: '2026-04-01', to: null };
    expect((await admin('/tenants', 'POST', { name: 'bank-n', authority })).body).toMatchObject({ status: 'active' });
    expect((await admin('/tenants', 'POST', { name: 'bank-n' })).body.code).toBe('tenant-exists');
    expect((await admin('/tenants?limit=1')).body).toMatchObject({ items: [{ name: 'bank-n' }] });
    expect((await admin('/tenants/bank-n')).body).toMatchObject({ authority });
    const policy = { attributesReturned: ['name'], serialNumberMacShown: false, quotaPerDay: 3 };
    expect((await admin('/tenants/bank-n/policy', 'PATCH', policy)).body).toMatchObject({ policy });
    const made = await admin('/clients', 'POST', { tenant: 'bank-n', scopes: ['verify'], name: 'app' });
    const { clientId, apiKey: key } = made.body as unknown as { clientId: string; apiKey: string };

    const answer = await service.ask('/jpki/verify', {
      key,
      body: await service.sign(resident, { content: base64('n') }),
    });
    expect(answer.body).toMatchObject({
      indication: 'TOTAL-PASSED',
      certificate: { serialNumberMac: null },
      attributes: {
        name: '試験　花子',
        address: null,
        dateOfBirth: null,
        gender: null,
        genderRaw: null,
        additional: [],
      },
    });
    const read = await service.ask(`/jpki/verifications/${answer.body.verificationId}`, { key });
    expect(read.body).toEqual(answer.body);
    expect(read.headers.get('ratelimit-policy')).toMatch(/^"minute";q=\d+;w=60, "day";q=3;w=86400$/);
    expect((await service.ask('/jpki/verifications', { key })).status).toBe(200);
    const over = await service.ask('/jpki/verifications', { key });
    expect([over.status, over.body.code]).toEqual([429, 'quota-exceeded']);

    expect((await admin(`/clients?tenant=bank-n`)).body).toMatchObject({ items: [{ clientId }] });
    expect((await admin(`/clients/${clientId}?tenant=bank-n`, 'PATCH', { name: null })).body).toMatchObject({
      name: null,
    });
    const rotated = await admin(`/clients/${clientId}/keys?tenant=bank-n`, 'POST', { overlapSeconds: 60 });
    expect(rotated.body).toMatchObject({ apiKey: expect.stringMatching(/^jpk_/), keys: [{}, {}] });
    expect((await admin('/tenants/bank-n/suspension', 'POST')).body).toMatchObject({ status: 'suspended' });
    const { apiKey } = rotated.body as unknown as { apiKey: string };
    const suspended = await service.ask('/jpki/verifications', { key: apiKey });
    expect([suspended.status, suspended.body.code]).toEqual([403, 'tenant-suspended']);
    expect((await admin('/tenants/bank-n/suspension', 'DELETE')).body).toMatchObject({ status: 'active' });
    expect((await admin(`/clients/${clientId}/revocation?tenant=bank-n`, 'POST')).body).toMatchObject({ keys: [] });
    expect((await admin(`/clients/${clientId}?tenant=bank-n`)).body).toMatchObject({ revokedAt: expect.any(String) });
  });
});

describe('the audit trail', () => {
  it('shows the tenant its own acts and refusals, and every seal', async () => {
    const made = await service.jpki<{ apiKey: string }>(
      ...['clients', 'create', '--tenant', 'sandbox', '--scopes', 'reports:export'],
    );
    const audit = (path: string) => service.ask(`/jpki/audit-${path}`, { key: made.apiKey });
    const verifying = ['clients', 'create', '--tenant', 'sandbox', '--scopes', 'verify'];
    const { apiKey: other } = await service.jpki<{ apiKey: string }>(...verifying);
    const refused = await service.ask('/jpki/audit-events', { key: other });
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient-scope']);
    const created = await audit('events?act=client.create');
    expect(created.body.items).toContainEqual(
      expect.objectContaining({ actor: expect.stringMatching(/^operator:/), outcome: 'done' }),
    );
    const exported = await audit('events?format=ndjson');
    expect(exported.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const events = exported.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ act }) => act)).toContain('client.create');
    expect((await audit('seals?limit=1')).body).toMatchObject({ items: expect.any(Array), keys: expect.any(Array) });
    expect((await audit('events?cursor=abc')).body.code).toBe('cursor-invalid');
    const refusal = () => audit('events?act=audit.list&outcome=refused:insufficient-scope');
    while ((await refusal()).body.items.length === 0) await sleep(300); // refusals are written in rounds
    expect((await refusal()).body.items).toMatchObject([
      { act: 'audit.list', right: 'reports:export', from: '127.0.0.1' },
    ]);
  });
});

describe('the contract', () => {
  it('was kept by every operation, asked of the whole service', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.yaml', '/docs']) {
      expect((await service.ask(path)).status).toBe(200);
    }
    const unknown = await service.ask('/jpki/verifications/ver_0');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'verification-not-found']);
    const scopes = ['--scopes', 'verify,reports:export,subjects:read,subjects:write,legal-holds'];
    const { apiKey: key } = await service.jpki<{ apiKey: string }>(
      'clients',
      'create',
      '--tenant',
      'sandbox',
      ...scopes,
    );
    const statusOf = async (method: string, path: string, body?: object) =>
      (await service.ask(path, { key, method, ...(body === undefined ? {} : { body }) })).status;
    expect(await statusOf('GET', '/jpki/verifications/ver_0/evidence')).toBe(404);
    expect(await statusOf('DELETE', '/jpki/verifications/ver_0')).toBe(404);
    expect(await statusOf('GET', '/jpki/subjects/sub_0')).toBe(404);
    expect(await statusOf('DELETE', '/jpki/subjects/sub_0')).toBe(404);
    expect(await statusOf('PUT', '/jpki/subjects/sub_0/relation', { endedOn: '2026-04-01' })).toBe(404);
    expect(await statusOf('DELETE', '/jpki/legal-holds/hld_0')).toBe(404);
    expect(await statusOf('POST', '/jpki/legal-holds', { subjectId: 'sub_0', reason: 'litigation' })).toBe(404);
    for (const list of ['subjects', 'legal-holds', 'deletion-records'])
      expect(await statusOf('GET', `/jpki/${list}`)).toBe(200);
    const cursor = await service.ask('/jpki/verifications?cursor=abc');
    expect([cursor.status, cursor.body.code]).toEqual([400, 'cursor-invalid']);
    const asked = new Set([...hits].map((hit) => hit.split(' ')[0]));
    expect(contract.operations.map((operation) => operation.operationId).filter((id) => !asked.has(id))).toEqual([]);
  });

  it('nothing personal stood in the log', () => {
    const log = JSON.stringify(service.lines);
    expect(service.lines.length).toBeGreaterThan(100);
    expect(log).not.toMatch(/試験|花子|架空|APP-1|jpk_/);
  });
});
