import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selectRequestId } from '../../src/platform/http/request-id.ts';
import { createLog } from '../../src/platform/log.ts';
import { type FakeApp, fakeUseCases, startFakeApp, VERIFY_KEY } from '../http/fake-app.ts';

const ANSI = '\u001b[2J\u001b]0;title\u0007';
/** What begins a line, ends one, or moves a terminal; as octets of a header in UTF-8. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['a line separator', 'a\u2028{"event":"INJECTED"}'],
  ['a paragraph separator', 'a\u2029INJECTED'],
  ['next line', 'a\u0085INJECTED'],
  ['a bidirectional override', 'a\u202eINJECTED'],
  ['quotes and a backslash', 'a","event":"INJECTED","b":"\\'],
  ['percent-encoded line ends', 'a%0d%0aINJECTED%1b[31m'],
  ['a tab', 'a\tINJECTED'],
  ['a format string', '%s%d%j%o%O INJECTED'],
  ['a markup', '<script>INJECTED</script>'],
];
/** Node lets none of these into a header. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['a line end', 'a\r\n INJECTED'],
  ['a line feed', 'a\nINJECTED'],
  ['a carriage return', 'a\rINJECTED'],
  ['NUL', 'a\0INJECTED'],
  ['ANSI sequences', `${ANSI}INJECTED`],
];

let app: FakeApp;
beforeAll(async () => {
  const list = async () => {
    throw Object.assign(new TypeError('INJECTED\nmessage'), { code: '22P02' });
  };
  app = await startFakeApp({ useCases: fakeUseCases({ list }), stopTimeoutMs: 100 });
});
afterAll(() => app.stop());

/** The log's own text of what was logged since. */
function written(): string {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line) => lines.push(line) });
  for (const { event, facts } of app.lines.splice(0)) log.info(event as 'http.request', facts);
  return lines.join('');
}

function send(target: string, headers: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    let text = '';
    const request = `GET ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${VERIFY_KEY}\r\nConnection: close\r\n${headers}\r\n`;
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(request)));
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

/** Each line is one JSON object of known names, in printable ASCII, and holds nothing of what was sent. */
function expectClean(text: string, count: number): void {
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines).toHaveLength(count);
  for (const line of lines) {
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line).not.toContain('INJECTED');
    expect(JSON.parse(line)).toHaveProperty('event');
  }
}

const HEADERS = ['X-Request-Id', 'traceparent', 'tracestate', 'User-Agent', 'X-Forwarded-For', 'Idempotency-Key'];

describe.each(HEADERS)('%s', (header) => {
  it.each(HOSTILE)('with %s breaks no line', async (_what, value) => {
    const answer = await send('/jpki/verifications/ver_068w3w5k1r7q3a8v', `${header}: ${value}\r\n`);
    expectClean(written(), 1);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(answer.split('\r\n\r\n')[0]).not.toContain('INJECTED');
  });

  it.each(REFUSED)('with %s does not reach the log', async (_what, value) => {
    const answer = await send('/healthz', `${header}: ${value}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('INJECTED');
    expectClean(written(), 0);
  });
});

describe('the target', () => {
  it.each([
    '/INJECTED%0d%0a%7b%22event%22:1%7d',
    '/jpki/verifications/INJECTED%e2%80%a8',
    '/jpki/verifications/ver_1%0aINJECTED',
    '/healthz?INJECTED=%1b[31m%0a',
    '/healthz#INJECTED',
    '/%ff%feINJECTED',
    '/%00INJECTED',
    '//INJECTED/healthz',
  ])('%s breaks no line', async (target) => {
    await send(target, '');
    expectClean(written(), 1);
  });
});

it('an error that breaks within is one line for itself, without its message', async () => {
  await send('/jpki/verifications', '');
  expectClean(written(), 2);
});

it('a name and a code of an error, and any fact, are escaped', () => {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line) => lines.push(line) });
  const error = Object.assign(new Error('message'), { name: `a\r\nb${ANSI}`, code: 'c\nd' });
  error.stack = 'Error: message\n    at one\n    at two\r\nINJECTED';
  log.error('http.request-failed', { error, fact: `a\nb${ANSI}"}` });
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(line).not.toContain('INJECTED');
  expect(JSON.parse(line)).toMatchObject({ fact: `a\nb${ANSI}"}` });
});

it.each([...HOSTILE, ...REFUSED])('a request id with %s is not taken', (_what, value) => {
  expect(selectRequestId(value)).toMatch(/^[0-9a-f-]{36}$/);
});
