import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../../src/platform/database/embedded/embedded-postgres.ts';
import { ask, dataOf, isAlive, postmasterOf } from './running-service.ts';

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'jpki-embedded-'));
    chmodSync(dataDir, 0o755);
    server = await startEmbeddedPostgres({ dataDir });
  });
  afterAll(async () => {
    await server?.stop().catch(() => undefined);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('has an owner and a login, neither of them strong, and a database of the owner', async () => {
    const roles = await ask(
      server.url,
      `select rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname like 'jpki%' order by 1`,
    );
    const weak = { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolbypassrls: false };
    expect(roles).toEqual([
      { rolname: 'jpki_app', ...weak },
      { rolname: 'jpki_owner', ...weak },
    ]);
    expect(
      await ask(
        server.url,
        'select pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()',
      ),
    ).toEqual([{ owner: 'jpki_owner' }]);
    await expect(ask(server.url, 'create table stranger (id int)')).rejects.toMatchObject({ code: '42501' });
  });

  it('listens on the loopback interface alone, has no Unix socket, and wants the password', async () => {
    expect(await ask(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await ask(server.superuserUrl, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    const url = new URL(server.url);
    url.password = 'guessed';
    await expect(ask(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its passwords in a file for its owner alone', () => {
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    const log = readFileSync(join(dataDir, 'postgres', 'server.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain(new URL(server.url).password);
  });

  it('writes no statements and no values into its log', async () => {
    await ask(server.adminUrl, 'create table written (name text unique)');
    await ask(server.adminUrl, `insert into written values ('SENTINEL-甲')`);
    await expect(ask(server.adminUrl, `insert into written values ('SENTINEL-甲')`)).rejects.toMatchObject({
      code: '23505',
    });
    const log = readFileSync(join(dataDir, 'postgres', 'server.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('SENTINEL');
  });

  it('keeps data and address over a stop and a start, and is gone in between', async () => {
    await ask(server.adminUrl, 'create table kept as select 42 as answer');
    const pid = postmasterOf(dataOf(dataDir));
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(dataOf(dataDir), 'postmaster.pid'))).toBe(false);
    const before = server.url;
    server = await startEmbeddedPostgres({ dataDir });
    expect(server.url).toBe(before);
    expect(await ask(server.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('takes another port when its own was taken meanwhile', async () => {
    const { createServer } = await import('node:net');
    const taken = Number(new URL(server.url).port);
    await server.stop();
    const squatter = createServer().listen(taken, '127.0.0.1');
    try {
      server = await startEmbeddedPostgres({ dataDir });
      expect(Number(new URL(server.url).port)).not.toBe(taken);
      expect(await ask(server.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    } finally {
      squatter.close();
    }
  });

  it('rejects with an error that holds the last words of the server, when it does not start', async () => {
    await server.stop();
    const starting = startEmbeddedPostgres({ dataDir, settings: { shared_buffers: 'plenty' } });
    await expect(starting).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message: expect.stringContaining('shared_buffers'),
    });
    server = await startEmbeddedPostgres({ dataDir });
  });

  it('stop rejects with an error when the server had died', async () => {
    process.kill(postmasterOf(dataOf(dataDir)), 'SIGKILL');
    await server.ended;
    await expect(server.stop()).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message: expect.stringContaining('ready to accept connections'),
    });
    server = await startEmbeddedPostgres({ dataDir });
    expect(await ask(server.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });
});
