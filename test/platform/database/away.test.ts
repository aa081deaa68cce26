import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/platform/database/embedded/embedded-postgres.ts';
import { silentLog } from '../../../src/platform/log.ts';

let dataDir: string;
let server: EmbeddedPostgres;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'jpki-away-'));
  chmodSync(dataDir, 0o755);
  server = await startEmbeddedPostgres({ dataDir });
});
afterAll(async () => {
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('PostgreSQL is killed under load and comes back: nothing but DatabaseUnavailable in between, all well afterwards', async () => {
  const database = createDatabase({ url: server.url, poolSize: 4, log: silentLog });
  try {
    const outcomes: unknown[] = [];
    let isOver = false;
    const callers = Array.from({ length: 12 }, async (_none, caller) => {
      while (!isOver) {
        const work =
          caller % 2 === 0
            ? database.call('nap', 'select pg_sleep(0.01)', [])
            : database.inTenant('01890000-0000-7000-8000-000000000001', (trx) => trx.raw('select pg_sleep(0.01)'));
        outcomes.push(
          await work.then(
            () => 'answered',
            (error: unknown) => error,
          ),
        );
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    while (!outcomes.includes('answered')) await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill(Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    await server.ended;
    expect(await database.isReachable(500)).toBe(false);
    server = await startEmbeddedPostgres({ dataDir });
    while (!(await database.isReachable(60_000)));
    isOver = true;
    await Promise.all(callers);
    expect(outcomes).toContain('answered');
    const failures = outcomes.filter((outcome) => outcome !== 'answered');
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((failure) => !(failure instanceof DatabaseUnavailable))).toEqual([]);
    expect(await database.call('one', 'select 1 as one', [])).toEqual([{ one: 1 }]);
  } finally {
    await database.close();
  }
});
