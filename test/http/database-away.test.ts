import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmptyTestDatabase } from '../database.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let database: Awaited<ReturnType<typeof createEmptyTestDatabase>>;
let proxy: TcpProxy;
let service: SandboxService;
beforeAll(async () => {
  database = await createEmptyTestDatabase();
  const direct = new URL(database.url);
  proxy = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
  const through = (url: string) => Object.assign(new URL(url), { port: String(proxy.port) }).href;
  service = await startSandboxService({
    DATABASE_URL: through(database.url),
    DATABASE_ADMIN_URL: through(database.adminUrl),
  });
});
afterAll(async () => {
  await service?.stop();
  await proxy?.stop();
  await database?.drop();
});

it('PostgreSQL away is 503, told by /readyz, and mends itself', async () => {
  const resident = await newResident(service);
  const body = await service.sign(resident, { content: base64('away') });
  expect((await service.verify(body)).body.indication).toBe('TOTAL-PASSED');

  await proxy.cut();
  const away = await service.verify(body);
  expect([away.status, away.body.code]).toEqual([503, 'database-unavailable']);
  expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await service.ask('/readyz')).toMatchObject({
    status: 503,
    body: { status: 'not-ready', database: { usable: false } },
  });
  expect((await service.ask('/healthz')).status).toBe(200);

  await proxy.restore();
  while ((await service.ask('/readyz')).status !== 200) await sleep(100);
  expect((await service.ask('/readyz')).body).toMatchObject({ status: 'ready' });
  expect((await service.verify(body)).body.indication).toBe('TOTAL-PASSED');
  expect(JSON.stringify(service.lines)).not.toContain('postgres://');
});
