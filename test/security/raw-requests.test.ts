import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeApp, startFakeApp, VERIFY_KEY } from '../http/fake-app.ts';

let app: FakeApp;
beforeEach(async () => {
  app = await startFakeApp({ stopTimeoutMs: 100 });
});
afterEach(() => app.stop());

/** All that came back until the connection was closed. */
function send(octets: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(octets, 'latin1')));
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
const AUTHORIZATION = `Authorization: Bearer ${VERIFY_KEY}\r\n`;
const BODY = '{"purpose":"outer","signature":{"format":"cms","value":"YWJj"}}';
const POST = `POST /jpki/verify HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}Content-Type: application/json\r\n`;
/** What a smuggler wants to be taken for a request of its own. */
const HIDDEN = `GET /jpki/verifications HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}Connection: close\r\n\r\n`;
const chunked = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n0\r\n\r\n`;

describe('a message whose end can be read in two ways is refused, and nothing of it is done', () => {
  it.each<[string, string]>([
    ['a length and chunks', `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(BODY)}${HIDDEN}`],
    ['chunks and a length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked(BODY)}${HIDDEN}`],
    ['two lengths', `${POST}Content-Length: ${BODY.length}\r\nContent-Length: 5\r\n\r\n${BODY}${HIDDEN}`],
    ['the same length twice', `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\n${BODY}${HIDDEN}`],
    ['a list of lengths', `${POST}Content-Length: ${BODY.length}, ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a signed length', `${POST}Content-Length: +${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a length in hexadecimal', `${POST}Content-Length: 0x3f\r\n\r\n${BODY}${HIDDEN}`],
    [
      'an encoding that is not the last',
      `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${chunked(BODY)}${HIDDEN}`,
    ],
    ['an unknown encoding', `${POST}Transfer-Encoding: xchunked\r\n\r\n${chunked(BODY)}${HIDDEN}`],
    [
      'an encoding behind a control character',
      `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n${chunked(BODY)}${HIDDEN}`,
    ],
    ['an encoding in a folded line', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${chunked(BODY)}${HIDDEN}`],
    ['a space before the colon', `${POST}Content-Length : ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a bare line feed between headers', `${POST}X-A: b\nContent-Length: ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a bare line feed at the end of the headers', `${POST}Content-Length: ${BODY.length}\r\n\n${BODY}${HIDDEN}`],
    ['a bare carriage return in a value', `${POST}X-A: b\rContent-Length: 0\r\n\r\n${BODY}${HIDDEN}`],
    [
      'a bare line feed after a chunk size',
      `${POST}Transfer-Encoding: chunked\r\n\r\n${chunked(BODY).replace('\r', '')}`,
    ],
    ['a chunk longer than its size', `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`],
    [
      'a chunk size that overflows',
      `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`,
    ],
    ['a chunk size with a sign', `${POST}Transfer-Encoding: chunked\r\n\r\n-5\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`],
    ['a NUL in a value', `${POST}X-A: b\0c\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a second request line in a header name', `${POST}GET /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n${HIDDEN}`],
    ['another version', `GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n${HIDDEN}`],
  ])('%s', async (_name, octets) => {
    expect(statuses(await send(octets))).toEqual([400]);
    expect(app.useCases.asked).toEqual([]);
  });
});

it('a message to two hosts is refused (RFC 9112 §3.2)', async () => {
  const { length } = BODY;
  const octets = `${POST}HOST: b\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${BODY}`;
  expect(statuses(await send(octets))).toEqual([400]);
  expect(app.useCases.asked).toEqual([]);
});

it.each([
  ['who calls', 'Authorization: Bearer jpk_other\r\n', ''],
  ['who calls, the other one first', '', 'AUTHORIZATION: Bearer jpk_other\r\n'],
  ['what it is', 'content-type: text/plain\r\n', ''],
])('a message that says twice %s is refused: a proxy may have gone by the other', async (_what, after, before) => {
  const start = POST.replace('Authorization', `${before}Authorization`);
  const octets = `${start}${after}Connection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
  expect(statuses(await send(octets))).toEqual([400]);
  expect(app.useCases.asked).toEqual([]);
});

describe('a message that is well-formed', () => {
  it('has its one answer, and what follows it is a request of its own', async () => {
    const text = await send(`${POST}Content-Length: ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`);
    expect(statuses(text)).toEqual([200, 200]);
    expect(app.useCases.asked.map(({ operation }) => operation)).toEqual(['verify', 'list']);
  });

  it('may name chunk extensions, which mean nothing', async () => {
    const extension = ';Content-Length=3;a="GET /healthz HTTP/1.1"';
    const headers = 'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    expect(statuses(await send(`${POST}${headers}${chunked(BODY, extension)}`))).toEqual([200]);
    expect(app.useCases.asked.map(({ operation }) => operation)).toEqual(['verify']);
  });

  it('may not have extensions without end', async () => {
    const body = chunked(BODY, `;${'a'.repeat(20_000)}`);
    expect(statuses(await send(`${POST}Transfer-Encoding: chunked\r\n\r\n${body}`))).toEqual([413]);
    expect(app.useCases.asked).toEqual([]);
  });

  it('gains nothing by trailers: they are no headers', async () => {
    const trailers = `0\r\nIdempotency-Key: smuggled\r\nX-Request-Id: smuggled\r\n\r\n`;
    const body = `${BODY.length.toString(16)}\r\n${BODY}\r\n${trailers}`;
    const text = await send(`${POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`);
    expect(statuses(text)).toEqual([200]);
    expect(text).not.toContain('smuggled');
    expect(app.useCases.asked).toEqual([expect.not.objectContaining({ idempotencyKey: 'smuggled' })]);
  });

  it.each(['h2c', 'websocket'])('is not led to another protocol: %s', async (protocol) => {
    const upgrade = `Upgrade: ${protocol}\r\nConnection: Upgrade, close\r\n`;
    expect(statuses(await send(`GET /healthz HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`))).toEqual([200]);
  });

  it.each(['TRACE', 'OPTIONS', 'PUT'])(
    '%s is no method of ours, and says nothing back of what was sent',
    async (method) => {
      const origin = 'Origin: https://elsewhere.example\r\nAccess-Control-Request-Method: POST\r\n';
      const text = await send(
        `${method} /jpki/verify HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}${origin}Connection: close\r\n\r\n`,
      );
      expect(statuses(text)).toEqual([405]);
      expect(text).not.toMatch(/jpk_|elsewhere|access-control/i);
    },
  );

  it('is not sent on elsewhere', async () => {
    expect(statuses(await send(`CONNECT elsewhere:80 HTTP/1.1\r\nHost: a\r\n\r\n`))).toEqual([]);
    const absolute = `GET http://127.0.0.1:9/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    expect(statuses(await send(absolute))).toEqual([200]);
  });
});

describe('names that objects have by birth', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s as a header', async (name) => {
    const octets = `${HIDDEN.replace('Connection', `${name}: polluted\r\nConnection`)}`;
    expect(statuses(await send(octets))).toEqual([200]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
