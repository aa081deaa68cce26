/**
 * An OCSP responder that answers in 20 ms from what was signed in advance, by serial number. A process of its own;
 * `{ port }` by IPC when it listens.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

async function serve({ responses }: ResponderOrder): Promise<number> {
  const ready = new Map(Object.entries(responses).map(([serial, der]) => [serial, Buffer.from(der, 'base64')]));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const der = ready.get(serialOf(Buffer.concat(chunks)));
      const head = { 'content-type': 'application/ocsp-response', 'content-length': der?.length ?? 0 };
      setTimeout(() => response.writeHead(der === undefined ? 404 : 200, head).end(der), DELAY_MS);
    });
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

process.on('message', (order: ResponderOrder) => {
  serve(order).then((port) => process.send?.({ port }));
});
process.on('disconnect', () => process.exit());
