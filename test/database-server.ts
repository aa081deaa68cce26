import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DATABASE, LOGIN, OWNER } from '../src/platform/database/embedded/cluster.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { silentLog } from '../src/platform/log.ts';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
export const TEMPLATE = 'jpki_template';

/** What a test file needs to know of the server. */
export interface TestServer {
  readonly adminUrl: string;
  readonly url: string;
  readonly superuserUrl: string;
}

/**
 * Says over HTTP on loopback where the one test server is, and starts it when first asked: pure tests pay nothing. The
 * server ends with this process, however it ends.
 */
export async function startTestServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  let starting: Promise<EmbeddedPostgres> | undefined;
  let directory: string | undefined;
  const start = async () => {
    directory = await mkdtemp(join(tmpdir(), 'jpki-test-'));
    return startWithTemplate(directory);
  };
  const broker = createServer((_request, response) => {
    // No connection is kept: it might be closed just when the next test file, after a long wait, asks on it.
    response.setHeader('Connection', 'close');
    starting ??= start();
    starting.then(
      ({ adminUrl, url, superuserUrl }) => response.end(JSON.stringify({ adminUrl, url, superuserUrl })),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.stack : String(error));
      },
    );
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  broker.unref();
  return {
    url: `http://127.0.0.1:${(broker.address() as AddressInfo).port}`,
    stop: async () => {
      broker.close();
      broker.closeAllConnections();
      await (await starting?.catch(() => undefined))?.stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startWithTemplate(directory: string): Promise<EmbeddedPostgres> {
  const { chmod } = await import('node:fs/promises');
  await chmod(directory, 0o755); // as root the server runs as another user
  const server = await startEmbeddedPostgres({
    dataDir: directory,
    doomed: join(directory, 'postgres'),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  try {
    const template = { adminUrl: withDatabase(server.adminUrl, TEMPLATE), url: withDatabase(server.url, TEMPLATE) };
    await asSuperuser(server.superuserUrl, `create database ${TEMPLATE} owner ${OWNER} strategy file_copy`);
    await migrate({ adminUrl: template.adminUrl, loginUrl: template.url, directory: MIGRATIONS, log: silentLog });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

export { DATABASE, LOGIN, OWNER };
