import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeApp, startFakeApp, VERIFY_KEY } from '../http/fake-app.ts';
import { ask } from '../http/request.ts';

const SIGNATURE = '{"format":"cms","value":"YWJj"}';
const POLLUTION = '{"polluted":true}';

let app: FakeApp;
const bornWith = new Set(Reflect.ownKeys(Object.prototype));
beforeAll(async () => {
  app = await startFakeApp();
});
afterEach(() => {
  expect(new Set(Reflect.ownKeys(Object.prototype))).toEqual(bornWith);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
afterAll(() => app.stop());

const verify = (body: string) => ask(app.url, '/jpki/verify', { key: VERIFY_KEY, body });
const inBody = (member: string) => `{"purpose":"a","signature":${SIGNATURE},${member}}`;

describe('a name that every object has by birth', () => {
  it.each([
    ['__proto__', `"__proto__":${POLLUTION}`],
    ['an escaped __proto__', `"\\u005f_proto__":${POLLUTION}`],
    ['constructor', `"constructor":{"prototype":${POLLUTION}}`],
    ['prototype', `"prototype":${POLLUTION}`],
    ['toString', '"toString":"x"'],
    ['hasOwnProperty', '"hasOwnProperty":1'],
    ['toJSON', '"toJSON":1'],
  ])('is an unknown field of the body: %s', async (_name, member) => {
    const { status, body } = await verify(inBody(member));
    expect([status, body.code, body.errors.length]).toEqual([400, 'invalid-request', 1]);
  });

  it.each(['signature', 'revocation', 'store'])('is an unknown field within %s', async (field) => {
    const inner =
      field === 'signature' ? SIGNATURE.replace('{', `{"__proto__":${POLLUTION},`) : `{"__proto__":${POLLUTION}}`;
    const rest = field === 'signature' ? '' : `"signature":${SIGNATURE},`;
    const { status, body } = await verify(`{"purpose":"a",${rest}"${field}":${inner}}`);
    expect([status, body.errors[0]?.pointer]).toEqual([400, `/${field}/__proto__`]);
  });

  it.each(['declared', 'face'])('goes no further within the open object %s', async (field) => {
    const { status } = await verify(
      inBody(`"${field}":{"__proto__":${POLLUTION},"constructor":{"prototype":${POLLUTION}}}`),
    );
    expect(status).toBe(200); // the fake use case; the real one answers 422
  });

  it.each(['__proto__', '__proto__[polluted]', 'constructor.prototype.polluted', 'toString'])(
    'is an unknown parameter: %s',
    async (name) => {
      const path = `/jpki/verifications?${encodeURIComponent(name)}=true`;
      const { status, body } = await ask(app.url, path, { key: VERIFY_KEY });
      expect([status, body.code]).toEqual([400, 'invalid-request']);
    },
  );

  it.each(['__proto__', 'constructor'])(
    'names no format of a signature, no operation and no client: %s',
    async (name) => {
      const signature = { format: name, value: 'YWJj' };
      expect((await verify(JSON.stringify({ purpose: 'a', signature }))).status).toBe(400);
      expect((await ask(app.url, `/jpki/${name}`, { key: VERIFY_KEY })).status).toBe(404);
      expect((await ask(app.url, '/jpki/verifications', { key: name })).status).toBe(401);
    },
  );
});

describe('a body that is small to send and large to read', () => {
  it.each<[string, string, string]>([
    ['arrays in arrays', inBody(`"face":${'['.repeat(10_000)}${']'.repeat(10_000)}`), 'json-too-complex'],
    ['objects in objects', inBody(`"face":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'json-too-complex'],
    [
      'a hundred thousand names',
      inBody(`"face":{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`)}}`),
      'json-too-complex',
    ],
    ['a hundred thousand numbers', inBody(`"face":[${'0,'.repeat(100_000)}0]`), 'json-too-complex'],
    ['a number beyond all', inBody('"revocation":1e999999'), 'invalid-request'],
    ['a million digits', inBody(`"revocation":${'9'.repeat(1_000_000)}`), 'invalid-request'],
    [
      'a purpose of a million characters',
      `{"purpose":"${'a'.repeat(1_000_000)}","signature":${SIGNATURE}}`,
      'invalid-request',
    ],
    ['a name of a million characters', inBody(`"${'a'.repeat(1_000_000)}":1`), 'invalid-request'],
    ['a million escapes', `{"purpose":"${'\\u0041'.repeat(1_000_000)}","signature":${SIGNATURE}}`, 'invalid-request'],
    ['half of a surrogate pair', `{"purpose":"\\ud800","signature":${SIGNATURE}}`, 'invalid-request'],
    ['a million spaces', `{"purpose":${' '.repeat(1_000_000)}`, 'malformed-json'],
    ['a comment', inBody('"a":/* */1'), 'malformed-json'],
    ['NaN', inBody('"a":NaN'), 'malformed-json'],
  ])('%s', async (_name, text, code) => {
    const { status, body, text: answer } = await verify(text);
    expect([status, body.code]).toEqual([400, code]);
    expect(answer.length).toBeLessThan(text.length + 2_000);
  });

  it('compressed is not unpacked', async () => {
    const headers = { 'Content-Encoding': 'br' };
    const answer = await ask(app.url, '/jpki/verify', { key: VERIFY_KEY, body: inBody('"a":1'), headers });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported-media-type']);
  });
});
