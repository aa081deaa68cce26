import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmptyTestDatabase, type TestDatabase } from '../database.ts';
import { ask } from '../platform/database/embedded/running-service.ts';
import { startTransit, TOKEN } from '../platform/vault/transit-server.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let database: TestDatabase;
let transit: Awaited<ReturnType<typeof startTransit>>;
let service: SandboxService;
beforeAll(async () => {
  database = await createEmptyTestDatabase();
  transit = await startTransit();
  service = await startSandboxService({
    ...{ DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl },
    ...{ KEY_PROVIDER: 'vault-transit', VAULT_TRANSIT_KEY: 'jpki' },
    ...{ VAULT_ADDR: transit.server.url, VAULT_TOKEN: TOKEN },
  });
});
afterAll(async () => {
  await service?.stop();
  await transit?.server.stop();
  await database?.drop();
});

it('a lost holder of keys is 503, nothing is stored, and it mends itself', async () => {
  const resident = await newResident(service);
  const body = await service.sign(resident, { content: base64('away') });
  transit.server.answer = (response) => response.writeHead(503).end();
  const away = await service.verify(body, { 'Idempotency-Key': 'one' });
  expect([away.status, away.body.code]).toEqual([503, 'keys-unavailable']);
  expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
  const challenge = await service.ask('/jpki/challenges', {
    method: 'POST',
    body: { kind: 'signature', purpose: 'away' },
  });
  expect([challenge.status, challenge.body.code]).toEqual([503, 'keys-unavailable']);
  const stored = `select (select count(*) from verification) + (select count(*) from challenge)
    + (select count(*) from idempotency_key) + (select count(*) from data_key) as count`;
  expect(await ask(database.superuserUrl, stored)).toMatchObject([{ count: '0' }]);

  transit.server.answer = undefined;
  const answered = await service.verify(body, { 'Idempotency-Key': 'one' });
  expect([answered.status, answered.body.indication]).toEqual([200, 'TOTAL-PASSED']);
});

it('an altered or a moved value is 500 with a code of its own, and is not shown', async () => {
  const resident = await newResident(service);
  const verify = async (content: string) => {
    const answer = await service.verify(await service.sign(resident, { content: base64(content) }));
    return answer.body.verificationId as string;
  };
  const [one, two] = [await verify('one'), await verify('two')];
  const read = async (id: string) => {
    const { status, body } = await service.ask(`/jpki/verifications/${id}`);
    return [status, body.code, JSON.stringify(body).includes('花子')];
  };
  expect(await read(one)).toEqual([200, undefined, true]);
  const flip = `update verification set attributes = set_byte(attributes, 40, get_byte(attributes, 40) # 1) where id = '${one}'`;
  await ask(database.superuserUrl, flip);
  expect(await read(one)).toEqual([500, 'stored-value-altered', false]);
  await ask(database.superuserUrl, flip);
  expect(await read(one)).toEqual([200, undefined, true]);
  await ask(
    database.superuserUrl,
    `update verification v set attributes = o.attributes from verification o
       where (v.id, o.id) in (('${one}', '${two}'), ('${two}', '${one}'))`,
  );
  expect(await read(one)).toEqual([500, 'stored-value-altered', false]);
  expect(await read(two)).toEqual([500, 'stored-value-altered', false]);
});
