import { randomBytes } from 'node:crypto';
import { asSuperuser, OWNER, TEMPLATE, type TestServer, withDatabase } from './database-server.ts';

/** A database of its own for a test file: `const database = await createTestDatabase()` in beforeAll, `drop()` in afterAll. */
export interface TestDatabase {
  /** The application's login: row-level security binds it. */
  readonly url: string;
  /** The owner. */
  readonly adminUrl: string;
  readonly superuserUrl: string;
  drop(): Promise<void>;
}

/** With every migration applied: a copy of a template. */
export function createTestDatabase(): Promise<TestDatabase> {
  return copyOf(TEMPLATE);
}

/** Without any table. */
export function createEmptyTestDatabase(): Promise<TestDatabase> {
  return copyOf('template1');
}

async function copyOf(template: string): Promise<TestDatabase> {
  const server = await findServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(
    server.superuserUrl,
    `create database ${name} template ${template} owner ${OWNER} strategy file_copy`,
  );
  return {
    url: withDatabase(server.url, name),
    adminUrl: withDatabase(server.adminUrl, name),
    superuserUrl: withDatabase(server.superuserUrl, name),
    drop: () => asSuperuser(server.superuserUrl, `drop database if exists ${name} with (force)`),
  };
}

let server: Promise<TestServer> | undefined;

function findServer(): Promise<TestServer> {
  server ??= (async () => {
    const broker = process.env.JPKI_TEST_DATABASE;
    if (broker === undefined) throw new Error('start the tests by jest -c test/jest.config.js');
    const response = await fetch(broker);
    const body = await response.text();
    if (!response.ok) throw new Error(`the test database did not start: ${body}`);
    return JSON.parse(body) as TestServer;
  })();
  return server;
}
