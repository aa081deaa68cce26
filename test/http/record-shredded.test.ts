import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmptyTestDatabase, type TestDatabase } from '../database.ts';
import { ask } from '../platform/database/embedded/running-service.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let database: TestDatabase;
let service: SandboxService;
beforeAll(async () => {
  database = await createEmptyTestDatabase();
  service = await startSandboxService({ DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl });
});
afterAll(async () => {
  await service?.stop();
  await database?.drop();
});

const verify = async (content: string) => {
  const answer = await service.verify(await service.sign(await newResident(service), { content: base64(content) }));
  return answer.body.verificationId as string;
};
const read = async (path: string) => {
  const { status, body } = await service.ask(`/jpki/verifications/${path}`);
  return [status, body.code, JSON.stringify(body).includes('花子')];
};
const inPlaceOf = (one: string, two: string) => `update key_store.record_key k set wrapped = o.wrapped
  from key_store.record_key o where (k.record_id, o.record_id) in (('${one}', '${two}'), ('${two}', '${one}'))`;

it('a record whose key is gone is 410 with a code of its own, and goes for good all the same; others are there', async () => {
  const [one, two] = [await verify('one'), await verify('two')];
  expect(await read(one)).toEqual([200, undefined, true]);
  await ask(database.superuserUrl, `delete from key_store.record_key where record_id = '${one}'`);
  expect(await read(one)).toEqual([410, 'record-shredded', false]);
  expect(await read(`${one}/evidence`)).toEqual([410, 'record-shredded', false]);
  expect(await read(two)).toEqual([200, undefined, true]);
  const { status, body } = await service.ask('/jpki/verifications?limit=1');
  expect([status, body.items.map(({ verificationId }: { verificationId: string }) => verificationId)]).toEqual([
    200,
    [two],
  ]);
});

it('keys that were swapped between records are found out', async () => {
  const [one, two] = [await verify('three'), await verify('four')];
  await ask(database.superuserUrl, inPlaceOf(one, two));
  for (const id of [one, two]) expect(await read(id)).toEqual([500, 'stored-value-altered', false]);
  await ask(database.superuserUrl, inPlaceOf(one, two));
  for (const id of [one, two]) expect(await read(id)).toEqual([200, undefined, true]);
});
