import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, type ServerSettings, startServer } from '../../../src/platform/http/server.ts';

let server: RunningServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
});

async function start(settings: Partial<ServerSettings> = {}): Promise<void> {
  server = await startServer((request, response) => request.resume().on('end', () => response.end('answered')), {
    ...{ host: '127.0.0.1', port: 0, requestTimeoutMs: 30_000, stopTimeoutMs: 100 },
    ...settings,
  });
}

/** A raw connection: what came back until it was closed. */
function open() {
  const { hostname, port } = new URL(server?.url ?? '');
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  return { socket, closed };
}

/** One octet after another until the other side has enough. */
async function drip(socket: Socket, text: string): Promise<void> {
  for (let at = 0; !socket.destroyed && !socket.writableEnded; at = (at + 1) % text.length) {
    socket.write(text[at] as string);
    await sleep(20);
  }
}

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\n';

describe('who sends slowly', () => {
  it('headers is cut off with 408', async () => {
    await start({ headersTimeoutMs: 300 });
    const { socket, closed } = open();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    void drip(socket, 'X-A: b\r\n');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a body is cut off with 408', async () => {
    await start({ headersTimeoutMs: 300, requestTimeoutMs: 300 });
    const { socket, closed } = open();
    socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n`);
    void drip(socket, 'a');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('nothing at all is cut off too', async () => {
    await start({ headersTimeoutMs: 300, requestTimeoutMs: 300 });
    expect(await open().closed).toMatch(/^(HTTP\/1\.1 408 .*)?/);
  });
});

describe('headers', () => {
  it('of more than 16 KiB are refused with 431', async () => {
    await start();
    const { socket, closed } = open();
    socket.write(`${HEAD}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('beyond the hundredth are refused with 431', async () => {
    await start();
    const { socket, closed } = open();
    const many = Array.from({ length: 300 }, (_, n) => `X-${n}: a`).join('\r\n');
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${many}\r\nConnection: close\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each<[string, string]>([
    ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`],
    ['a length and chunks', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['an encoding that hides behind a space', `${HEAD}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${HEAD}X-A: b\r\n c\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a chunk length that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`],
  ])('with %s are refused with 400', async (_name, text) => {
    await start();
    const { socket, closed } = open();
    socket.write(text);
    expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
  });
});

it('connections beyond the greatest number are closed at once, and the others served', async () => {
  await start({ maxConnections: 2 });
  const [one, two] = [open(), open()];
  const ask = ({ socket }: { socket: Socket }) =>
    new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    });
  expect(await Promise.all([ask(one), ask(two)])).toEqual([
    expect.stringMatching(/^HTTP\/1\.1 200 /),
    expect.stringMatching(/^HTTP\/1\.1 200 /),
  ]);
  const third = open();
  third.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await third.closed).toBe('');
  expect(await ask(one)).toMatch(/^HTTP\/1\.1 200 /);
});
