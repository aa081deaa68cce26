import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { describeSchemaLag, describeStrongLogin } from '../../../src/platform/database/start-conditions.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createEmptyTestDatabase, type TestDatabase } from '../../database.ts';
import { asSuperuser } from '../../database-server.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { ask } from './embedded/running-service.ts';

const schema = (name: string): string => fileURLToPath(new URL(`schemas/${name}`, import.meta.url));
const BASE = schema('base');
const NEXT = schema('next');

let test: TestDatabase;
const open: Database[] = [];
const opened = (url: string): Database => {
  const database = createDatabase({ url, poolSize: 1, ...PATIENT_DATABASE, log: silentLog });
  open.push(database);
  return database;
};
const run = (directory: string, loginUrl = test.url) =>
  migrate({ adminUrl: test.adminUrl, loginUrl, directory, log: silentLog });

beforeEach(async () => {
  test = await createEmptyTestDatabase();
});
afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
  await test?.drop();
});

describe('migrate', () => {
  it('applies what is new, in order, and nothing the second time', async () => {
    expect(await run(BASE)).toEqual(['20260101_01_note.js', '20260101_02_journal.js']);
    expect(await run(BASE)).toEqual([]);
    expect(await run(NEXT)).toEqual(['20260102_01_index.js']);
  });

  it('twenty at once all succeed, and each migration is applied by one of them', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => run(NEXT)));
    expect(all.flat().sort()).toEqual(['20260101_01_note.js', '20260101_02_journal.js', '20260102_01_index.js']);
  });

  it('is not hindered by the lock row of one that was killed', async () => {
    await run(BASE);
    await ask(test.adminUrl, 'update schema_migration_lock set is_locked = 1');
    expect(await run(NEXT)).toEqual(['20260102_01_index.js']);
  });

  it('waits for what a killed one still has running in the server', async () => {
    const straggler = new URL(test.adminUrl);
    straggler.searchParams.set('application_name', 'jpki-verifier migrate');
    const order: string[] = [];
    const sessions = (sql: string) => ask(test.adminUrl, `select pid from pg_stat_activity where ${sql}`);
    const asleep = () => sessions(`query = 'select pg_sleep(600)' and state = 'active'`);
    const looking = () => sessions(`query like '%application_name = $1' and datname = current_database()`);
    const ended = expect(ask(straggler.href, 'select pg_sleep(600)')).rejects.toMatchObject({ code: '57P01' });
    while ((await asleep()).length === 0);
    const migrated = run(BASE).then(() => order.push('migrate'));
    while ((await looking()).length === 0);
    order.push('straggler');
    for (const { pid } of await asleep()) await ask(test.superuserUrl, `select pg_terminate_backend(${pid})`);
    await Promise.all([ended, migrated]);
    expect(order).toEqual(['straggler', 'migrate']);
  });

  it('leaves nothing of a migration that fails, and is taken up when it is mended', async () => {
    await expect(run(schema('broken'))).rejects.toMatchObject({ code: '42P07' });
    expect(await ask(test.adminUrl, `select to_regclass('half') as half`)).toEqual([{ half: null }]);
    expect(await run(BASE)).toContain('20260101_02_journal.js');
  });

  it('by a login that does not own the database says so, and by one that cannot connect which setting to look at', async () => {
    const refused = (adminUrl: string) => migrate({ adminUrl, loginUrl: test.url, directory: BASE, log: silentLog });
    await expect(refused(test.url)).rejects.toThrow(/^The login of DATABASE_ADMIN_URL .* owner/);
    const nowhere = 'postgres://owner:secret@127.0.0.1:1/nowhere';
    await expect(refused(nowhere)).rejects.toThrow(/^The database .* \(ECONNREFUSED\): see that DATABASE_ADMIN_URL/);
    await expect(refused(nowhere)).rejects.not.toThrow(/secret/);
  });

  it('changes nothing on a server that is too old', async () => {
    // a function of our own stands before the server's
    const version = `case name when 'server_version_num' then '140019' else '14.19' end`;
    await ask(
      test.adminUrl,
      `create schema old;
       create function old.current_setting(name text) returns text language sql return ${version};
       alter database ${new URL(test.adminUrl).pathname.slice(1)} set search_path = old, pg_catalog, public`,
    );
    await expect(run(BASE)).rejects.toThrow('PostgreSQL 14.19 is too old: version 15 or later is needed.');
    expect(
      await ask(test.adminUrl, `select from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`),
    ).toEqual([]);
  });

  it('a database ahead of the code is left as it is', async () => {
    await run(NEXT);
    expect(await run(BASE)).toEqual([]);
  });
});

describe('the grants of the login', () => {
  it('are those of grants.js and no others', async () => {
    await run(BASE);
    await ask(test.url, `insert into journal values ('one')`);
    await expect(ask(test.url, `update journal set line = 'two'`)).rejects.toMatchObject({ code: '42501' });
    await expect(ask(test.url, 'delete from journal')).rejects.toMatchObject({ code: '42501' });
    await expect(ask(test.url, 'create table mine (id int)')).rejects.toMatchObject({ code: '42501' });
    await expect(ask(test.url, `insert into schema_migration (name) values ('x')`)).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('lose what grants.js no longer names', async () => {
    await run(BASE);
    await run(NEXT);
    await expect(ask(test.url, 'select from journal')).rejects.toMatchObject({ code: '42501' });
    expect(await ask(test.url, 'select from note')).toEqual([]);
  });

  it('go to a role whose name has to be quoted', async () => {
    const name = `Login "of" ${Math.random()}`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await asSuperuser(test.superuserUrl, `create role ${quoted} login password 'pw'`);
    try {
      const url = new URL(test.url);
      url.username = encodeURIComponent(name);
      url.password = 'pw';
      await run(BASE, url.href);
      expect(await ask(url.href, 'select from note')).toEqual([]);
    } finally {
      await asSuperuser(test.superuserUrl, `drop owned by ${quoted}; drop role ${quoted}`);
    }
  });

  it('are refused with a sentence when there is no such role', async () => {
    const url = new URL(test.url);
    url.username = 'nobody_here';
    await expect(run(BASE, url.href)).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(/^The role "nobody_here" of DATABASE_URL does not exist/),
    });
  });

  it('are not needed where the login is the owner', async () => {
    await run(BASE, test.adminUrl);
    await expect(ask(test.url, 'select from note')).rejects.toMatchObject({ code: '42501' });
  });
});

describe('describeSchemaLag', () => {
  it('says nothing when every migration of the code was applied', async () => {
    await run(BASE);
    expect(await describeSchemaLag(opened(test.url), BASE)).toBeUndefined();
  });

  it('says nothing of a schema ahead of the code', async () => {
    await run(NEXT);
    expect(await describeSchemaLag(opened(test.url), BASE)).toBeUndefined();
  });

  it('names the first migration that is missing', async () => {
    await run(BASE);
    expect(await describeSchemaLag(opened(test.url), NEXT)).toMatch(
      /behind the code \(1 to apply, from 20260102_01_index.js on\)/,
    );
  });

  it('counts an empty database as behind, and makes no table in it', async () => {
    expect(await describeSchemaLag(opened(test.url), BASE)).toMatch(/behind the code \(2 to apply/);
    expect(await ask(test.adminUrl, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
  });

  it('says when the login was given nothing', async () => {
    await run(BASE, test.adminUrl);
    expect(await describeSchemaLag(opened(test.url), BASE)).toMatch(/has no grants/);
  });
});

describe('describeStrongLogin', () => {
  const roles: string[] = [];
  const loginWith = async (attributes: string): Promise<string> => {
    const name = `strong_${Math.random().toString(36).slice(2)}`;
    roles.push(name);
    await asSuperuser(test.superuserUrl, `create role ${name} login password 'pw' ${attributes}`);
    const url = new URL(test.url);
    url.username = name;
    url.password = 'pw';
    return url.href;
  };
  beforeEach(() => run(BASE));
  afterEach(async () => {
    for (const name of roles.splice(0)) await asSuperuser(test.superuserUrl, `drop role ${name}`);
  });

  it('has nothing against the login', async () => {
    expect(await describeStrongLogin(opened(test.url))).toEqual([]);
  });

  it.each([
    ['a superuser', 'superuser', /is a superuser/],
    ['one that bypasses row-level security', 'bypassrls', /has BYPASSRLS/],
    ['one that may take on the owner', 'in role jpki_owner noinherit', /owns the database/],
  ])('names %s', async (_what, attributes, sentence) => {
    const url = await loginWith(attributes);
    const problems = await describeStrongLogin(opened(url));
    expect(problems).toEqual([expect.stringMatching(sentence)]);
    await open.pop()?.close();
  });

  it('names the owner', async () => {
    expect(await describeStrongLogin(opened(test.adminUrl))).toEqual([
      expect.stringMatching(/"jpki_owner".*owns the database/),
    ]);
  });
});
