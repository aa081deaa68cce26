import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditSeal } from '../../../src/core/audit/seal.ts';
import { createDelivery } from '../../../src/features/audit/delivery.ts';
import { loadSealsAfter } from '../../../src/features/audit/seal-store.ts';
import { createSealFile } from '../../../src/gateway/seal-keeper/seal-file.ts';
import type { SealKeeper } from '../../../src/gateway/seal-keeper/seal-keeper.ts';
import { decodeSealLine } from '../../../src/gateway/seal-keeper/seal-lines.ts';
import { createSealWebhook } from '../../../src/gateway/seal-keeper/seal-webhook.ts';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { type AuditWorld, createAuditWorld } from './audit-world.ts';

let world: AuditWorld;
let directory: string;
let logged: [string, unknown][];
beforeEach(async () => {
  world = await createAuditWorld();
  directory = await mkdtemp(join(tmpdir(), 'jpki-seals-'));
  logged = [];
});
afterEach(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

const deliveryTo = (...keepers: SealKeeper[]) => {
  const write = (event: string, facts: unknown) => logged.push([event, facts]);
  const log = { ...silentLog, warn: write, error: write } as typeof silentLog;
  return createDelivery({ database: world.database, keepers, clock: world.clock, log });
};
async function seal(batches: number): Promise<void> {
  for (let n = 0; n < batches; n++) {
    await world.append(1);
    await world.sealer.sealAll();
  }
}
const ours = () => loadSealsAfter(world.database.knex, 0, 1_000);
const numbersOf = (seals: readonly (AuditSeal | undefined)[]) => seals.map((one) => one?.batch);

describe('a file', () => {
  const path = () => join(directory, 'seals.ndjson');
  const held = async () => (await readFile(path(), 'utf8')).trimEnd().split('\n').map(decodeSealLine);

  it('is told every seal once, over restarts', async () => {
    await seal(3);
    await deliveryTo(createSealFile(path()))();
    await seal(1);
    await deliveryTo(createSealFile(path()))();
    await deliveryTo(createSealFile(path()))();
    expect(numbersOf(await held())).toEqual([1, 2, 3, 4]);
    expect((await held()).map((one) => Buffer.from(one?.signature ?? []).toString('hex'))).toEqual(
      (await ours()).map(({ signature }) => Buffer.from(signature).toString('hex')),
    );
  });

  it('goes on behind a line that a crash tore', async () => {
    await seal(2);
    await deliveryTo(createSealFile(path()))();
    await appendFile(path(), '{"version":1,"batch":3,"tr');
    await seal(1);
    await deliveryTo(createSealFile(path()))();
    expect(numbersOf(await held())).toEqual([1, 2, undefined, 3]);
  });

  it.each([
    ['is older', `delete from audit_seal where batch = 3`],
    ['went on from an older state', `update audit_seal set sealed_at = sealed_at - interval '1 ms' where batch = 3`],
  ])('finds out a database that %s, and is told nothing of it', async (_what, sql) => {
    await seal(3);
    await deliveryTo(createSealFile(path()))();
    await world.superuser.query(`set session_replication_role = 'replica'`);
    await world.superuser.query(sql);
    await deliveryTo(createSealFile(path()))();
    expect(logged).toEqual([['audit.rolled-back', { batch: 3 }]]);
    expect(numbersOf(await held())).toEqual([1, 2, 3]);
  });

  it('that cannot be written keeps others from nothing', async () => {
    await seal(1);
    await deliveryTo(createSealFile(join(directory, 'nowhere', 'x')), createSealFile(path()))();
    expect(logged).toMatchObject([['audit.delivery-failed', {}]]);
    expect(numbersOf(await held())).toEqual([1]);
  });
});

describe('an address', () => {
  let server: Server;
  let received: string[];
  let status: number;
  const httpClient = createHttpClient();
  const webhook = () =>
    createSealWebhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`, httpClient);
  beforeEach(async () => {
    received = [];
    status = 200;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      received.push(body);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    httpClient.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const batches = () => received.map((body) => numbersOf(body.trimEnd().split('\n').map(decodeSealLine)));

  it('is sent new seals, and again what it did not take', async () => {
    await seal(2);
    await deliveryTo(webhook())();
    await deliveryTo(webhook())();
    expect(batches()).toEqual([[1, 2]]);
    await seal(1);
    status = 500;
    await deliveryTo(webhook())();
    expect(logged).toEqual([['audit.delivery-failed', { batch: 3 }]]);
    status = 200;
    await deliveryTo(webhook())();
    expect(batches()).toEqual([[1, 2], [3], [3]]);
  });

  it('is noted without its secret', async () => {
    await seal(1);
    await deliveryTo(webhook())();
    const { rows } = await world.superuser.query('select * from audit_delivery');
    expect(rows).toMatchObject([{ destination: expect.stringMatching(/^webhook:[0-9a-f]{32}$/), batch: '1' }]);
  });

  it('is told by one replica at a time', async () => {
    await seal(1);
    await world.superuser.query('begin');
    await world.superuser.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `audit_delivery ${webhook().destination}`,
    ]);
    await deliveryTo(webhook())();
    await world.superuser.query('rollback');
    expect(received).toEqual([]);
  });
});
