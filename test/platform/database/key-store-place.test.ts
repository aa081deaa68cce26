import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { MIGRATIONS } from '../../../src/platform/database/migrations-directory.ts';
import { describeMissingKeyStore } from '../../../src/platform/database/start-conditions.ts';
import { type Log, silentLog } from '../../../src/platform/log.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';
import { OWNER } from '../../database-server.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { ask } from './embedded/running-service.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test?.drop());

const run = (keyStoreTablespace?: string, log: Log = silentLog) =>
  migrate({ adminUrl: test.adminUrl, loginUrl: test.url, directory: MIGRATIONS, keyStoreTablespace, log });
const places = () =>
  ask(
    test.superuserUrl,
    `select relname as name, spcname as place from pg_class left join pg_tablespace s on s.oid = reltablespace
     where relnamespace = 'key_store'::regnamespace order by 1`,
  );
const startsOn = async () => {
  const database = createDatabase({ url: test.url, poolSize: 1, ...PATIENT_DATABASE, log: silentLog });
  try {
    return await describeMissingKeyStore(database);
  } finally {
    await database.close();
  }
};

it('the key store is moved into the table space that is set, with its index, once; and stays where none is', async () => {
  const name = `apart_${randomBytes(6).toString('hex')}`;
  await expect(run(name)).rejects.toMatchObject({
    name: 'MigrationError',
    message: expect.stringMatching(/does not exist/),
  });
  const inPlace = new URL(test.superuserUrl);
  inPlace.searchParams.set('options', '-c allow_in_place_tablespaces=on');
  await ask(inPlace.href, `create tablespace ${name} location ''`);
  try {
    await expect(run(name)).rejects.toMatchObject({ message: expect.stringMatching(/grant create on it/) });
    await ask(test.superuserUrl, `grant create on tablespace ${name} to ${OWNER}`);
    const apart = ['record_key', 'record_key_pkey'].map((relation) => ({ name: relation, place: name }));
    for (const set of [name, name, undefined]) {
      await run(set);
      expect(await places()).toEqual(apart);
    }
  } finally {
    await test.drop();
    await ask(new URL('/postgres', test.superuserUrl).href, `drop tablespace ${name}`);
  }
});

it('a database restored without the key store is not served on; migrate makes an empty one, and says so', async () => {
  expect(await startsOn()).toBeUndefined();
  await ask(test.superuserUrl, 'drop schema key_store cascade');
  expect(await startsOn()).toMatch(/^The key store is missing/);
  const warned: string[] = [];
  const log = { ...silentLog, warn: (event: string) => void warned.push(event) };
  await run(undefined, log);
  expect(warned).toEqual(['database.key-store-missing']);
  expect(await startsOn()).toBeUndefined();
  expect(await ask(test.url, 'select from key_store.record_key')).toEqual([]);
  await expect(ask(test.url, 'delete from key_store.record_key')).rejects.toMatchObject({ code: '42501' });
  await run(undefined, log);
  expect(warned).toHaveLength(1);
});
