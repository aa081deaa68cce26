import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpClient, type HttpClient, type HttpOutcome } from '../../../src/platform/http-client/http-client.ts';
import { type Answer, FAULTS, PATIENCE_MS, patienceFor, serversOfEachTest, startHttpServer } from './hostile-server.ts';

const TYPE = 'application/ocsp-response';

const { serve, serveRaw } = serversOfEachTest();
const clients: HttpClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function client(options?: Parameters<typeof createHttpClient>[0]): HttpClient {
  const made = createHttpClient(options);
  clients.push(made);
  return made;
}

function post(
  http: HttpClient,
  url: string,
  options: { timeoutMs?: number; maxBytes?: number } = {},
): Promise<HttpOutcome> {
  return http.post({
    url,
    body: Uint8Array.of(1, 2, 3),
    contentType: 'application/ocsp-request',
    accept: TYPE,
    timeoutMs: PATIENCE_MS,
    maxBytes: 1024,
    ...options,
  });
}

const echo: Answer = (_, response, body) => response.writeHead(200, { 'content-type': TYPE }).end(body);

describe('post', () => {
  it('sends the octets and gives those that come back', async () => {
    const server = await serve(echo);
    expect(await post(client(), `${server.url}ocsp?x=1`)).toEqual({ ok: true, body: Uint8Array.of(1, 2, 3) });
    expect(server.requests).toEqual([{ method: 'POST', path: '/ocsp?x=1', body: Buffer.of(1, 2, 3) }]);
  });

  it('sends the type, and asks for no compression', async () => {
    let headers = {};
    const server = await serve((request, response, body) => {
      headers = request.headers;
      echo(request, response, body);
    });
    await post(client(), server.url);
    expect(headers).toMatchObject({
      'content-type': 'application/ocsp-request',
      accept: TYPE,
      'accept-encoding': 'identity',
      'content-length': '3',
    });
  });

  it('takes a type with parameters, in any case', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'Application/OCSP-Response; charset=x' }).end('x'),
    );
    expect(await post(client(), server.url)).toMatchObject({ ok: true });
  });

  it('uses a connection again', async () => {
    const server = await serve(echo);
    const http = client();
    for (let i = 0; i < 5; i++) expect(await post(http, server.url)).toMatchObject({ ok: true });
    expect(server.connections).toBe(1);
  });

  it('uses as many again as were busy at once', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve((request, response, body) => {
      waiting.push(() => echo(request, response, body));
      if (waiting.length === 40) for (const answer of waiting.splice(0)) answer();
    });
    const http = client();
    for (let burst = 0; burst < 3; burst++) {
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => post(http, server.url)));
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
    }
    expect(server.connections).toBe(40);
  });

  it('asks again when the idle connection that it took had just been closed', async () => {
    let answered = 0;
    const server = await serve((request, response, body) => {
      // The first answer goes well; the second request on the same connection is reset, as if it had been idle too long.
      if (++answered === 2) request.socket.resetAndDestroy();
      else echo(request, response, body);
    });
    const http = client();
    expect(await post(http, server.url)).toMatchObject({ ok: true });
    expect(await post(http, server.url)).toMatchObject({ ok: true });
    expect(server.connections).toBe(2);
  });

  it('a body of the greatest size, and one octet more', async () => {
    const server = await serve((request, response) =>
      response.writeHead(200, { 'content-type': TYPE }).end(Buffer.alloc(Number(request.url?.slice(1)))),
    );
    expect(await post(client(), `${server.url}1024`)).toMatchObject({ ok: true });
    expect(await post(client(), `${server.url}1025`)).toMatchObject({ ok: false, failure: 'too-large' });
  });

  it.each(Object.entries(FAULTS))('a server that %s', async (_, { answer, failure }) => {
    const server = await serve(answer);
    const outcome = await post(client(), server.url, { timeoutMs: patienceFor({ failure }) });
    expect(outcome).toMatchObject({ ok: false, failure });
  });

  it.each([300, 301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    const canary = await serve(echo);
    const server = await serve((_, response) => response.writeHead(status, { location: canary.url }).end());
    expect(await post(client(), server.url)).toMatchObject({ ok: false, failure: 'redirect' });
    expect(canary.connections).toBe(0);
  });

  it('takes no proxy from the environment', async () => {
    const proxy = await serve(echo);
    const server = await serve(echo);
    const settings = { http_proxy: proxy.url, HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url, no_proxy: '' };
    const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, settings);
    try {
      expect(await post(client(), server.url)).toMatchObject({ ok: true });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(proxy.connections).toBe(0);
    expect(server.connections).toBe(1);
  });

  it('nobody listens', async () => {
    const server = await startHttpServer(echo);
    await server.stop();
    expect(await post(client(), server.url)).toEqual({
      ok: false,
      failure: 'connection-failed',
      detail: 'ECONNREFUSED',
    });
  });

  it.each<[string, string]>([
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a status line without end', 'HTTP/1.1 200 '.padEnd(200_000, 'x')],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'x-filler: 0123456789\r\n'.repeat(5000)}`],
  ])('a server that says %s', async (_, octets) => {
    const server = await serveRaw((socket) => socket.write(octets));
    expect(await post(client(), server.url)).toMatchObject({ ok: false, failure: 'connection-failed' });
  });

  it('a server that accepts and says nothing, a hundred times at once', async () => {
    const server = await serveRaw(() => undefined);
    const http = client({ maxSockets: 100 });
    const answers = Promise.all(Array.from({ length: 100 }, () => post(http, server.url)));
    while (server.connections < 100) await sleep(5); // none waits for another's end
    http.giveUp();
    expect((await answers).every((outcome) => !outcome.ok && outcome.failure === 'connection-failed')).toBe(true);
  });

  it('recovers: after a failure the next call is answered', async () => {
    let first = true;
    const server = await serve((request, response, body) => {
      if (!first) echo(request, response, body);
      first = false;
    });
    const http = client();
    expect(await post(http, server.url, { timeoutMs: 250 })).toMatchObject({ failure: 'timeout' });
    expect(await post(http, server.url)).toMatchObject({ ok: true });
  });
});

describe('giveUp', () => {
  it('ends what waits at once, and asks nobody any more', async () => {
    let asked = 0;
    const server = await serve(() => {
      asked += 1; // and never answers
    });
    const http = client();
    const waiting = post(http, server.url);
    while (asked === 0) await sleep(5);
    http.giveUp();
    expect(await waiting).toMatchObject({ ok: false, failure: 'connection-failed' }); // no timeout
    expect(await post(http, server.url)).toMatchObject({ ok: false, failure: 'connection-failed' });
    expect(asked).toBe(1);
  });
});
