/**
 * An OCSP responder that answers in 20 ms from what was signed in advance, by serial number. A process of its own;
 * `{ port }` by IPC when it listens.
 */
import { type AddressInfo, createServer } from 'node:net';
import { readDer } from '../../../src/core/der/reader.ts';

export interface ResponderOrder {
  /** Responses (base64) by the hexadecimal serial number. */
  readonly responses: Readonly<Record<string, string>>;
}

const DELAY_MS = 20;
const MAX_REQUEST_OCTETS = 4096;

/** OCSPRequest, tbsRequest, requestList, Request, reqCert, and its fourth field. */
function serialOf(request: Uint8Array): string {
  const certId = readDer(request, MAX_REQUEST_OCTETS).reader().next().reader().next().reader().next().only().reader();
  for (let field = 0; field < 3; field++) certId.next();
  return Buffer.from(certId.next().content).toString('hex');
}

const HEAD_END = '\r\n\r\n';

/** The whole requests at the beginning of what came in, and the rest. Each names its length, as ours do. */
function takeRequests(received: Buffer): { readonly bodies: readonly Buffer[]; readonly rest: Buffer } {
  const bodies: Buffer[] = [];
  let rest = received;
  for (;;) {
    const headEnd = rest.indexOf(HEAD_END);
    if (headEnd < 0) return { bodies, rest };
    const from = headEnd + HEAD_END.length;
    const length = Number(/^content-length: (\d+)/im.exec(rest.toString('latin1', 0, headEnd))?.[1] ?? 0);
    if (rest.length < from + length) return { bodies, rest };
    bodies.push(rest.subarray(from, from + length));
    rest = rest.subarray(from + length);
  }
}

const answerOf = (der: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: ${der.length}${HEAD_END}`,
    ),
    der,
  ]);
const UNKNOWN = Buffer.from(`HTTP/1.1 404 Not Found\r\nContent-Length: 0${HEAD_END}`);

/** Over bare sockets: what the responder costs is nobody's under test. */
async function serve({ responses }: ResponderOrder): Promise<number> {
  const ready = new Map(
    Object.entries(responses).map(([serial, der]) => [serial, answerOf(Buffer.from(der, 'base64'))]),
  );
  const server = createServer((socket) => {
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const { bodies, rest } = takeRequests(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
      held = rest;
      for (const body of bodies) setTimeout(() => socket.write(ready.get(serialOf(body)) ?? UNKNOWN), DELAY_MS);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

process.on('message', (order: ResponderOrder) => {
  serve(order).then((port) => process.send?.({ port }));
});
process.on('disconnect', () => process.exit());
