import { createServer } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';

const TYPE = 'application/ocsp-response';
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Answers with these octets, whatever it is asked; gives what it was asked. */
async function startServer(octets: string, answered: () => void = () => undefined) {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      asked.push(chunk.toString('latin1'));
      socket.write(octets);
      answered();
    });
  });
  stops.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, port: (server.address() as { port: number }).port };
}

function post(url: string, client = createHttpClient()) {
  stops.push(() => client.close());
  const body = Uint8Array.of(0x61, 0x62);
  return client.post({ url, body, contentType: 'text/plain', accept: TYPE, timeoutMs: 60_000, maxBytes: 10 });
}

it('a server that changes the protocol is no answer, and is not waited for', async () => {
  const { port } = await startServer('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: false, failure: 'connection-failed' });
});

it('sends path, query, and user name as the URL has them, and the length', async () => {
  const { asked, port } = await startServer(
    `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: ${TYPE}\r\nContent-Length: 1\r\n\r\nx`,
  );
  expect(await post(`http://a:b@127.0.0.1:${port}/p/q?r=s`)).toEqual({ ok: true, body: Uint8Array.of(0x78) });
  const request = asked.join('');
  expect(request.startsWith('POST /p/q?r=s HTTP/1.1\r\n')).toBe(true);
  expect(request).toContain(`\r\nHost: 127.0.0.1:${port}\r\n`);
  expect(request).toContain(`\r\nAuthorization: Basic ${btoa('a:b')}\r\n`);
  expect(request).toContain('\r\nContent-Length: 2\r\n');
  expect(request.endsWith('\r\n\r\nab')).toBe(true);
});

it('an answer that came before it was given up is taken; one that did not is not waited for', async () => {
  const whole = `HTTP/1.1 200 OK\r\nContent-Type: ${TYPE}\r\nContent-Length: 1\r\n\r\nx`;
  for (const [octets, outcome] of [
    [whole, { ok: true }],
    [whole.slice(0, -1), { ok: false, failure: 'connection-failed' }],
  ] as const) {
    const client = createHttpClient();
    const { port } = await startServer(octets, () => client.giveUp());
    expect(await post(`http://127.0.0.1:${port}/`, client)).toMatchObject(outcome);
  }
});

it('an answer that came while the process was held up past the time is taken', async () => {
  const client = createHttpClient();
  const holdUp = () => {
    const until = performance.now() + 10_100;
    while (performance.now() < until);
  };
  const { port } = await startServer(`HTTP/1.1 200 OK\r\nContent-Type: ${TYPE}\r\nContent-Length: 1\r\n\r\nx`, holdUp);
  const url = `http://127.0.0.1:${port}/`;
  expect(await client.get({ url, accept: TYPE, timeoutMs: 10_000, maxBytes: 10 })).toMatchObject({ ok: true });
  client.close();
});
