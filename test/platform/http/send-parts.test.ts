import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { sendParts } from '../../../src/platform/http/send-parts.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server that sends these parts; resolves with the answer's head, and what became of sending. */
async function serve(parts: AsyncIterable<string>): Promise<{ response: IncomingMessage; sent: Promise<string> }> {
  const { promise: sent, resolve: tell } = Promise.withResolvers<string>();
  server = createServer((_request, response) => {
    sendParts(response, 'text/plain', parts).then(
      () => tell('ended'),
      (error: Error) => {
        response.destroy();
        tell(error.message);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1' }, resolve));
  return { response, sent };
}

async function* numbers(count: number, made: { parts: number } = { parts: 0 }) {
  for (; made.parts < count; made.parts++) yield `${'x'.repeat(65_536)}\n`;
}

it('sends every part, in order, of the media type', async () => {
  async function* parts() {
    yield 'a\n';
    yield 'b\n';
  }
  const { response, sent } = await serve(parts());
  let text = '';
  for await (const part of response) text += part;
  expect([text, response.headers['content-type'], await sent]).toEqual(['a\nb\n', 'text/plain', 'ended']);
});

it('waits for a client that reads slowly, instead of holding all of it', async () => {
  const made = { parts: 0 };
  const { response, sent } = await serve(numbers(1_000, made));
  await new Promise((resolve) => response.once('readable', resolve));
  expect(made.parts).toBeLessThan(500);
  let octets = 0;
  for await (const part of response) octets += (part as Buffer).length;
  expect([octets, await sent]).toEqual([1_000 * 65_537, 'ended']);
});

it('ends when the client goes away', async () => {
  const made = { parts: 0 };
  const { response, sent } = await serve(numbers(100_000, made));
  response.destroy();
  expect(await sent).toBe('ended');
  expect(made.parts).toBeLessThan(100_000);
});

it('breaks the body off when a part cannot be had', async () => {
  const arrived = Promise.withResolvers<void>();
  async function* parts() {
    yield 'a\n';
    await arrived.promise;
    throw new Error('gone');
  }
  const { response, sent } = await serve(parts());
  const read = (async () => {
    for await (const _part of response) arrived.resolve();
  })();
  await expect(read).rejects.toThrow();
  expect(await sent).toBe('gone');
});
