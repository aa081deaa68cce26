/**
 * What a request costs whoever answers it: an Express route that parses the same body, imports the signer's key, does the
 * two RSA verifications, and commits the same number of rows and octets in one round trip. A process of its own;
 * `{ port }` by IPC when it listens.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import pg from 'pg';
import { importKey, verifyRs256 } from '../primitives.ts';

export interface FloorOrder {
  readonly databaseUrl: string;
  readonly poolSize: number;
  /** Base64. */
  readonly caSpki: string;
  /** Where in every certificate of the bench its parts stand: octets from and to. */
  readonly tbs: readonly [number, number];
  readonly spki: readonly [number, number];
  readonly signature: readonly [number, number];
  /** The rows of one request: text and octets of each (base64). */
  readonly rows: readonly { readonly text: string; readonly octets: string }[];
}

interface Body {
  readonly signature: { readonly value: string; readonly certificate: string; readonly content: string };
}

async function serve(order: FloorOrder): Promise<number> {
  const caKey = importKey(Buffer.from(order.caSpki, 'base64'));
  const pool = new pg.Pool({ connectionString: order.databaseUrl, max: order.poolSize });
  const rows = order.rows.map(({ text, octets }) => [text, Buffer.from(octets, 'base64')] as const);
  const places = rows.map((_, index) => `($1, ${index}, $${2 * index + 2}, $${2 * index + 3})`);
  const statement = { name: 'floor', text: `insert into bench_floor (id, part, text, octets) values ${places}` };
  let asked = 0;
  const answer = async ({ signature }: Body) => {
    const certificate = Buffer.from(signature.certificate, 'base64');
    verifyRs256(caKey, certificate.subarray(...order.tbs), certificate.subarray(...order.signature));
    const key = importKey(certificate.subarray(...order.spki));
    verifyRs256(key, Buffer.from(signature.content, 'base64'), Buffer.from(signature.value, 'base64'));
    const id = `${process.pid}-${asked++}`;
    await pool.query({ ...statement, values: [id, ...rows.flat()] });
    return { id, indication: 'TOTAL-PASSED' };
  };
  const app = express();
  app.use(express.json());
  app.post('/verify', async (request, response) => {
    response.json(await answer(request.body as Body));
  });
  app.post('/verify-waiting', async (request, response) => {
    await sleep(20);
    response.json(await answer(request.body as Body));
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

process.on('message', (order: FloorOrder) => {
  serve(order).then((port) => process.send?.({ port }));
});
process.on('disconnect', () => process.exit());
