import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeApp, startFakeApp, VERIFY_KEY } from './fake-app.ts';
import { type Answer, ask } from './request.ts';

let app: FakeApp;
beforeAll(async () => {
  app = await startFakeApp();
});
afterAll(() => app.stop());

const raw = { format: 'raw', value: 'YWJj', algorithm: 'RS256', certificate: 'YWJj', content: 'YWJj' };
const request = { purpose: 'account-opening', signature: raw };
const verify = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(app.url, '/jpki/verify', { method: 'POST', key: VERIFY_KEY, body, headers });
const places = (answer: Answer) => answer.body.errors?.map((error) => error.pointer);

describe('a body that is refused at the door', () => {
  it('is let in when it has the documented shape', async () => {
    expect((await verify(request)).status).toBe(200);
  });

  it.each([
    ['not JSON', '{"purpose":', 400, 'malformed-json'],
    ['empty', '', 400, 'malformed-json'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'malformed-json'],
    ['two JSON texts', '{}{}', 400, 'malformed-json'],
    ['a name twice', '{"purpose":"a","signature":{},"purpose":"b"}', 400, 'malformed-json'],
    ['5 000 levels deep', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'json-too-complex'],
    ['5 000 levels deep and never closed', '{"a":'.repeat(5_000), 400, 'json-too-complex'],
    [
      '20 000 unknown fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, 1]))),
      400,
      'json-too-complex',
    ],
    ['larger than the limit', `{"purpose":"${'a'.repeat(8_388_608)}"}`, 413, 'body-too-large'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await verify(body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body.code).toBe(code);
    if (status === 400) expect(places(answer)).toEqual(['']);
  });

  it('larger than the limit without saying its length', async () => {
    const chunk = Buffer.alloc(1_048_576, 0x20);
    const stream = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < 9; sent += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`${app.url}/jpki/verify`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${VERIFY_KEY}` },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('has a limit of its own for each operation', async () => {
    const body = `{"kind":"signature","purpose":"${'a'.repeat(65_536)}"}`;
    const answer = await ask(app.url, '/jpki/challenges', { key: VERIFY_KEY, body });
    expect([answer.status, answer.body.code]).toEqual([413, 'body-too-large']);
  });

  it.each([
    ['text/plain', {}],
    ['application/json; charset=shift_jis', {}],
    ['application/json', { 'Content-Encoding': 'gzip' }],
  ])('is of another media type: %s', async (type, headers) => {
    const answer = await verify(request, { 'Content-Type': type, ...headers });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported-media-type']);
  });
});

describe('fields that are wrong', () => {
  it.each<[string, unknown, string[]]>([
    ['an array', [], ['']],
    ['null', null, ['']],
    ['an empty object', {}, ['/purpose', '/signature']],
    ['an unknown field', { ...request, extra: 1 }, ['/extra']],
    ['an unknown field with a slash and a tilde', { ...request, 'a/b~c': 1 }, ['/a~1b~0c']],
    ['__proto__', JSON.stringify(request).replace('{', '{"__proto__":{"x":1},'), ['/__proto__']],
    ['an unknown field of the signature', { ...request, signature: { ...raw, x: 1 } }, ['/signature/x']],
    ['no format', { ...request, signature: { value: 'YWJj' } }, ['/signature/format']],
    ['an unknown format', { ...request, signature: { format: 'jws', value: 'YWJj' } }, ['/signature/format']],
    ['a format of another type', { ...request, signature: { format: 1 } }, ['/signature/format']],
    [
      'cms with fields of raw',
      { ...request, signature: { ...raw, format: 'cms' } },
      ['/signature/algorithm', '/signature/certificate'],
    ],
    [
      'raw without its fields',
      { ...request, signature: { format: 'raw' } },
      ['/signature/value', '/signature/algorithm', '/signature/certificate'],
    ],
    ['an unknown algorithm', { ...request, signature: { ...raw, algorithm: 'none' } }, ['/signature/algorithm']],
    ['base64 with the URL alphabet', { ...request, signature: { ...raw, value: 'a-_b' } }, ['/signature/value']],
    ['base64 without padding', { ...request, signature: { ...raw, value: 'YWI' } }, ['/signature/value']],
    ['base64 with unused bits set', { ...request, signature: { ...raw, value: 'YWJ=' } }, ['/signature/value']],
    ['base64 with a line break', { ...request, signature: { ...raw, value: 'YWJj\nYWJj' } }, ['/signature/value']],
    ['empty base64', { ...request, signature: { ...raw, value: '' } }, ['/signature/value']],
    [
      'a certificate that is a number',
      { ...request, signature: { ...raw, certificate: 1 } },
      ['/signature/certificate'],
    ],
    [
      'a digest of an unknown algorithm',
      { ...request, signature: { ...raw, digest: { algorithm: 'MD5', value: 'YQ==' } } },
      ['/signature/digest/algorithm'],
    ],
    ['an empty purpose', { ...request, purpose: '' }, ['/purpose']],
    ['a purpose with a line break', { ...request, purpose: 'a\nb' }, ['/purpose']],
    ['a reference with NUL', { ...request, reference: 'a\u0000b' }, ['/reference']],
    ['a reference of 129 characters', { ...request, reference: 'a'.repeat(129) }, ['/reference']],
    ['a challenge id of another kind', { ...request, challengeId: 'ver_1' }, ['/challengeId']],
    ['an unknown method', { ...request, revocation: { method: 'none' } }, ['/revocation/method']],
    ['store.subject as text', { ...request, store: { subject: 'yes' } }, ['/store/subject']],
  ])('%s', async (_name, body, pointers) => {
    const answer = await verify(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
    expect(places(answer)).toEqual(pointers);
    expect(answer.body.errors.every((error) => error.in === 'body')).toBe(true);
  });

  it('a reference of 128 characters is accepted', async () => {
    expect((await verify({ ...request, reference: 'あ'.repeat(128) })).status).toBe(200);
  });

  it('are told at most twenty at a time, without their values', async () => {
    const extra = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`field${i}`, 'SENTINEL-VALUE']));
    const answer = await verify({ ...request, ...extra });
    expect(answer.body.errors).toHaveLength(20);
    expect(answer.text).not.toContain('SENTINEL-VALUE');
  });

  it.each([
    ['signature', 'kind'],
    ['ttlSeconds', 'ttlSeconds'],
  ])('of a challenge: %s', async (_name, place) => {
    const body = place === 'kind' ? { kind: 'x', purpose: 'a' } : { kind: 'signature', purpose: 'a', ttlSeconds: 3601 };
    const answer = await ask(app.url, '/jpki/challenges', { key: VERIFY_KEY, body });
    expect(places(answer)).toEqual([`/${place}`]);
  });
});

describe('parameters that are wrong', () => {
  it.each([
    ['limit=0', '/limit'],
    ['limit=501', '/limit'],
    ['limit=ten', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['from=2026-02-30T00:00:00Z', '/from'],
    ['from=2026-02-01T00:00:00%2B09:00', '/from'],
    ['to=yesterday', '/to'],
    ['indication=GOOD', '/indication'],
    ['subject=ver_1', '/subject'],
    ['cursor=', '/cursor'],
    ['other=1', '/other'],
  ])('%s', async (query, pointer) => {
    const answer = await ask(app.url, `/jpki/verifications?${query}`, { key: VERIFY_KEY });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
    expect(answer.body.errors).toEqual([expect.objectContaining({ in: 'query', pointer })]);
  });

  it('an id of another kind, and a path that cannot be decoded', async () => {
    const other = await ask(app.url, '/jpki/verifications/sub_1', { key: VERIFY_KEY });
    expect(other.body.errors).toEqual([expect.objectContaining({ in: 'path', pointer: '/id' })]);
    const broken = await ask(app.url, '/jpki/verifications/%zz', { key: VERIFY_KEY });
    expect([broken.status, broken.body.code]).toEqual([400, 'malformed-request']);
  });

  it('an Idempotency-Key of 256 characters', async () => {
    const answer = await verify(request, { 'Idempotency-Key': 'k'.repeat(256) });
    expect(answer.body.errors).toEqual([expect.objectContaining({ in: 'header', pointer: '/Idempotency-Key' })]);
  });

  it('integers reach the use case as numbers', async () => {
    await ask(app.url, '/jpki/verifications?limit=500&from=2026-02-28T00:00:00Z', { key: VERIFY_KEY });
    expect(app.useCases.asked.at(-1)).toEqual({
      operation: 'list',
      argument: { limit: 500, from: '2026-02-28T00:00:00Z' },
    });
  });
});
