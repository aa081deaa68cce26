import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listSeals } from '../../src/features/audit/seals.ts';
import { createTimestamper } from '../../src/features/audit/timestamper.ts';
import { silentLog } from '../../src/platform/log.ts';
import * as compose from '../core/revocation/compose.ts';
import { type AuditWorld, createAuditWorld } from '../features/audit/audit-world.ts';
import { createStamper, readStamp, TSA_ROOT } from '../features/audit/stamping.ts';
import { type Outcome, runInTerminal } from './terminal.ts';

const DAY_MS = 24 * 3_600_000;

let world: AuditWorld;
let directory: string;
let env: Record<string, string>;
/** Of the world's clock, a day before that of the terminal. */
beforeAll(async () => {
  world = await createAuditWorld();
  directory = await mkdtemp(join(tmpdir(), 'jpki-audit-'));
  env = { DATABASE_URL: world.testDatabase.url, DATABASE_ADMIN_URL: world.testDatabase.adminUrl };
  const { database, clock } = world;
  clock.at = Date.parse('2026-11-19T03:00:00Z');
  const authority = createStamper(clock, Date.parse('2027-01-01T00:00:00Z'));
  const plan = { intervalMs: DAY_MS, marginMs: DAY_MS };
  const timestamper = createTimestamper({
    ...{ database, authority, read: readStamp, plan, ends: new Map(), clock, log: silentLog },
  });
  for (let day = 0; day < 2; day++) {
    await world.append(2);
    await world.sealer.sealAll();
    clock.at += DAY_MS;
    expect(await timestamper.run()).toBe('taken');
  }
  await world.sealer.sealAll();
  await writeFile(file('keys.json'), JSON.stringify(await listSeals(database, {})));
  await writeFile(file('tsa.der'), TSA_ROOT);
  const stranger = compose.createParty('Stranger');
  const extensions = [compose.basicConstraintsCa];
  await writeFile(file('other.der'), compose.composeCertificate({ subject: stranger, issuer: stranger, extensions }));
  await jpki('audit', 'timestamps', 'export', '--to', file('timestamps'));
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

const jpki = (...args: string[]): Promise<Outcome> => runInTerminal(args, env);
const verify = (...args: string[]) => jpki('audit', 'verify', '--without-vault', ...args);
const file = (name: string) => join(directory, name);
const summaryOf = async (...args: string[]) => JSON.parse((await verify('--json', ...args)).out.join(''));

describe('jpki audit verify', () => {
  it('verifies the timestamps, and says that nobody said whom to trust', async () => {
    const { code, out } = await verify();
    expect(code).toBe(0);
    expect(out).toContain(
      '2 timestamps of the seals, the newest of 2026-11-21T03:00:00Z; whose they are was not judged (--trust).',
    );
    expect(out.join('\n')).toContain('The keys were taken from the database itself');
    expect(await summaryOf()).toMatchObject({
      ...{ sound: true, timestamps: 2, newestTimestampAt: '2026-11-21T03:00:00Z', lapsedTimestamps: [] },
      ...{ keysFrom: 'database', authoritiesFrom: null },
    });
  });

  it('takes keys and authorities from --trust', async () => {
    const { code, out } = await verify('--trust', file('keys.json'), '--trust', file('tsa.der'));
    expect([code, out.at(-1)]).toEqual([0, expect.stringMatching(/^The trail is whole/)]);
    expect(out).toContain('2 timestamps of the seals, the newest of 2026-11-21T03:00:00Z.');
    expect(out.join('\n')).not.toContain('from the database itself');
    const summary = await summaryOf('--trust', file('keys.json'), '--trust', file('tsa.der'));
    expect(summary).toMatchObject({ sound: true, keysFrom: 'trust', authoritiesFrom: 'trust' });
  });

  it('finds keys that --trust does not have, and authorities', async () => {
    const strangers = {
      keys: [{ ...JSON.parse(await readFile(file('keys.json'), 'utf8')).keys[0], publicKey: 'AAAA' }],
    };
    await writeFile(file('strangers.json'), JSON.stringify(strangers));
    const { code, out } = await verify('--trust', file('strangers.json'));
    expect([code, out[0]]).toEqual([
      1,
      expect.stringMatching(/^The seal of batch 1 is signed by key [0-9a-f]{64}, which/),
    ]);
    const other = await verify('--trust', file('other.der'));
    expect([other.code, other.out[0]]).toEqual([
      1,
      'Timestamp 1 of the seals was made by no authority that --trust vouches for.',
    ]);
  });

  it('holds the timestamps against a file held outside, and passes over a torn line', async () => {
    expect((await verify('--timestamps', file('timestamps'))).out).toContain('2 timestamps held outside.');
    await appendFile(file('timestamps'), '{"version":1,"num');
    expect((await verify('--timestamps', file('timestamps'))).err).toEqual([
      '1 lines of the file are no timestamps and were passed over.',
    ]);
    const later = (await readFile(file('timestamps'), 'utf8')).replace('"number":2', '"number":3');
    await writeFile(file('later'), later);
    const { code, out } = await verify('--timestamps', file('later'));
    expect([code, out[0]]).toEqual([1, 'Timestamp 3 of the seals is gone.']);
  });

  it('calls no trail whole that was held against a file without a timestamp', async () => {
    await writeFile(file('none'), '{"version":1,"batch":1}\n');
    const { code, out, err } = await verify('--timestamps', file('none'));
    expect([code, out, err]).toEqual([
      1,
      [],
      [`${file('none')} has no timestamps: the trail was held against nothing.`],
    ]);
  });

  it('says that an empty file, as a deployment without an authority writes it, compares nothing', async () => {
    await writeFile(file('empty'), '');
    const { code, err } = await verify('--timestamps', file('empty'));
    expect([code, err]).toEqual([0, [`${file('empty')} is empty: it holds no timestamps to compare.`]]);
  });

  it('names a timestamp that lapsed: an algorithm had ended before it was renewed', async () => {
    env.TSA_ALGORITHM_ENDS = 'ECDSA-P-256=2026-11-21';
    const { code, out } = await verify();
    const summary = await summaryOf();
    delete env.TSA_ALGORITHM_ENDS;
    expect(code).toBe(0);
    expect(out).toContainEqual(
      expect.stringMatching(
        /^Timestamp 1 of 2026-11-20T03:00:00Z lapsed: ECDSA-P-256 ended at 2026-11-21T00:00:00Z, and it was needed until 2026-11-21T03:00:00Z\./,
      ),
    );
    expect(summary.lapsedTimestamps.map(({ number }: { number: number }) => number)).toEqual([1, 2]);
  });
});

describe('jpki audit timestamps', () => {
  it('writes every one to a file, one a line', async () => {
    const { code, out } = await jpki('audit', 'timestamps', 'export', '--to', file('again'), '--json');
    expect([code, JSON.parse(out.join(''))]).toEqual([0, { timestamps: 2 }]);
    const lines = (await readFile(file('again'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { version: 1, number: 1, firstBatch: 1, lastBatch: 1 },
      { version: 1, number: 2, firstBatch: 2, lastBatch: 2 },
    ]);
  });

  it.each([[['export']], [['export', 'x', '--to', 'y']], [['prove', '--to', 'y']], [['other', '--to', 'y']]])(
    'refuses %j',
    async (args) => {
      expect((await jpki('audit', 'timestamps', ...args)).code).toBe(2);
    },
  );

  it('proves no package that is none', async () => {
    const { code, err } = await jpki('audit', 'timestamps', 'prove', file('tsa.der'), '--to', file('x'));
    expect([code, err]).toEqual([1, [expect.stringMatching(/is no evidence package, or was altered\.$/)]]);
  });
});
