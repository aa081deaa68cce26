import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, dataOf, isAlive, postmasterOf, type RunningService, startService, untilTrue } from './running-service.ts';

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Its words, each ended by a NUL; nothing when it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Processes of the tests are found by /proc. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('when the service is killed', () => {
  let dataDir: string;
  let data: string;
  const services: RunningService[] = [];
  const start = async () => {
    const service = await startService({ dataDir });
    services.push(service);
    return service;
  };
  const guardOf = (): number =>
    Number(
      readFileSync(join(dataDir, 'postgres', 'guard'), 'utf8')
        .trim()
        .split(' ')[1],
    );
  const childrenOf = (parent: number): number[] =>
    processes().filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false; // it ended while we looked
      }
    });

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'jpki-killed-'));
    chmodSync(dataDir, 0o755);
    data = dataOf(dataDir);
    const service = await start();
    await ask(service.answer.adminUrl, 'create table kept as select 42 as answer');
    await service.stop();
  });
  afterEach(async () => {
    for (const service of services.splice(0)) {
      if (service.process.exitCode === null && service.process.signalCode === null) await service.kill();
    }
  });
  afterAll(async () => {
    await untilTrue(() => !readdirSync(join(dataDir, 'postgres')).includes('guard'));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  const expectKept = async (service: RunningService) =>
    expect(await ask(service.answer.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);

  it('its PostgreSQL and the guard are gone soon', async () => {
    const service = await start();
    const family = [postmasterOf(data), guardOf(), ...childrenOf(guardOf()), ...childrenOf(postmasterOf(data))];
    const pids = family.filter(isAlive); // a worker of the moment may have ended meanwhile
    expect(pids.length).toBeGreaterThan(4);
    await service.kill();
    await untilTrue(() => !pids.some(isAlive));
  });

  it('its PostgreSQL is gone also when a client holds a transaction open', async () => {
    const service = await start();
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: service.answer.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin; select 1');
    const pid = postmasterOf(data);
    await service.kill();
    await untilTrue(() => !isAlive(pid));
  });

  it('a start right afterwards waits for the old server and has the data', async () => {
    const first = await start();
    await first.kill();
    const second = await start();
    await expectKept(second);
    expect(await second.stop()).toEqual({ stopped: true });
  });

  it('and the guard with it, the watcher still stops the server', async () => {
    const service = await start();
    const pid = postmasterOf(data);
    process.kill(guardOf(), 'SIGKILL');
    await service.kill();
    await untilTrue(() => !isAlive(pid));
    const next = await start();
    await expectKept(next);
  });

  it('and everything that guards the server, the next start stops the orphan and takes its place', async () => {
    const service = await start();
    const postmaster = postmasterOf(data);
    await untilTrue(() => childrenOf(guardOf()).length === 2); // the server, and the watcher, which is begun after it
    const guards = [guardOf(), ...childrenOf(guardOf())].filter((pid) => pid !== postmaster);
    for (const pid of guards) process.kill(pid, 'SIGKILL');
    await service.kill();
    expect(isAlive(postmaster)).toBe(true);
    const next = await start();
    await expectKept(next);
    expect(isAlive(postmaster)).toBe(false);
  });

  it('and PostgreSQL with it, the pid file left behind does not hinder the next start', async () => {
    const service = await start();
    const postmaster = postmasterOf(data);
    process.kill(postmaster, 'SIGKILL');
    await service.kill();
    expect(postmasterOf(data)).toBe(postmaster);
    await expectKept(await start());
  });

  it('by Ctrl-C in the terminal alone nothing happens to the server: it is in a group of its own', async () => {
    const service = await start();
    const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(group(postmasterOf(data))).toBe(String(guardOf()));
    expect(group(guardOf())).not.toBe(group(service.process.pid ?? 0));
  });
});

onLinux('a pid file that was left behind', () => {
  let dataDir: string;
  let data: string;
  let stranger: ChildProcess;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'jpki-pidfile-'));
    chmodSync(dataDir, 0o755);
    data = dataOf(dataDir);
    const service = await startService({ dataDir });
    await service.stop();
    const { uid, gid } = statSync(data);
    stranger = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
  });
  afterAll(() => {
    stranger?.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const plant = (content: string) => {
    const path = join(data, 'postmaster.pid');
    writeFileSync(path, content, { mode: 0o600 });
    const { uid, gid } = statSync(data);
    chownSync(path, uid, gid);
    return path;
  };

  it.each([
    [
      'names a process of the same user that is not PostgreSQL',
      () => `${stranger.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n  5432001     65536\nready   \n`,
    ],
    ['names our own process', () => `${process.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`],
    ['names a process that is gone', () => `4194000\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`],
    ['names the first process', () => '1\n'],
    ['is empty', () => ''],
    ['holds something else', () => 'not a pid file\n'],
    ['names a negative number', () => '-1\n'],
  ])('which %s, is removed', async (_what, content) => {
    const path = plant(content());
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const service = await startService({ dataDir });
    expect(service.answer.failure).toBeUndefined();
    expect(await service.stop()).toEqual({ stopped: true });
    expect(stranger.exitCode).toBeNull();
  });

  it('which is being written just now, is waited for and left to whoever writes it', async () => {
    const first = await startService({ dataDir });
    const path = join(data, 'postmaster.pid');
    const whole = readFileSync(path, 'utf8');
    const tomorrow = Date.now() / 1000 + 86_400;
    try {
      utimesSync(plant(''), tomorrow, tomorrow); // young, however long this takes
      const second = startService({ dataDir });
      await sleep(500);
      expect(readFileSync(path, 'utf8')).toBe('');
      plant(whole);
      expect((await second).answer.failure).toMatch(/in use by another running service/);
    } finally {
      plant(whole);
      await first.stop();
    }
  });

  it('which names the PostgreSQL of another data directory, is removed and that server left alone', async () => {
    const otherDir = mkdtempSync(join(tmpdir(), 'jpki-pidfile-'));
    chmodSync(otherDir, 0o755);
    const other = await startService({ dataDir: otherDir });
    try {
      plant(readFileSync(join(dataOf(otherDir), 'postmaster.pid'), 'utf8'));
      const service = await startService({ dataDir });
      expect(service.answer.failure).toBeUndefined();
      await service.stop();
      expect(await ask(other.answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await other.stop();
      rmSync(otherDir, { recursive: true, force: true });
    }
  });

  it('which belongs to a running service, refuses the second one with a sentence and leaves the first alone', async () => {
    const first = await startService({ dataDir });
    try {
      const second = await startService({ dataDir });
      expect(second.answer.failure).toMatch(/in use by another running service.*stop it first/);
      expect(await ask(first.answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await first.stop();
    }
  });
});

onLinux('a first start', () => {
  const directories: string[] = [];
  const makeDir = () => {
    const directory = mkdtempSync(join(tmpdir(), 'jpki-first-'));
    chmodSync(directory, 0o755);
    directories.push(directory);
    return directory;
  };
  afterAll(() => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  it('killed half way is taken up by the next one', async () => {
    const dataDir = makeDir();
    const starting = startService({ dataDir });
    const isInitialising = () => {
      try {
        return readdirSync(join(dataDir, 'postgres')).some((name) => /^initialising-[0-9a-f]+$/.test(name));
      } catch {
        return false;
      }
    };
    await untilTrue(isInitialising);
    const isHalfWay = (command: string) => command.includes('service.ts\0') && command.includes(dataDir);
    const [halfWay] = processes().filter((pid) => isHalfWay(commandOf(pid)));
    process.kill(halfWay as number, 'SIGKILL');
    await starting;
    const service = await startService({ dataDir });
    expect(await ask(service.answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await service.stop()).toEqual({ stopped: true });
  });

  it('beside another one on the same directory: one serves, the other says why it does not', async () => {
    const dataDir = makeDir();
    const both = await Promise.all([startService({ dataDir }), startService({ dataDir })]);
    const serving = both.filter((service) => service.answer.url !== undefined);
    expect(serving).toHaveLength(1);
    expect(both.find((service) => !serving.includes(service))?.answer.failure).toMatch(/EmbeddedPostgresError: The /);
    expect(await ask(serving[0]?.answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await serving[0]?.stop()).toEqual({ stopped: true });
  });
});
