import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildRoot } from '../../../src/core/audit/merkle-tree.ts';
import { hashSeal } from '../../../src/core/audit/seal.ts';
import { imprintOf } from '../../../src/core/audit/seal-timestamp.ts';
import { verifyTimestampChain } from '../../../src/core/audit/timestamp-chain.ts';
import { concatBytes } from '../../../src/core/bytes.ts';
import { loadSeals, loadSealsAfter } from '../../../src/features/audit/seal-store.ts';
import { proveTimestamps } from '../../../src/features/audit/timestamp-proofs.ts';
import { loadTimestamps } from '../../../src/features/audit/timestamp-store.ts';
import { createTimestamper, type TimestamperDependencies } from '../../../src/features/audit/timestamper.ts';
import { auditCrypto } from '../../../src/platform/audit-crypto.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { type AuditWorld, createAuditWorld, T0 } from './audit-world.ts';
import { createStamper, readStamp, type Stamper } from './stamping.ts';

const { sha256 } = auditCrypto;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

let world: AuditWorld;
let authority: Stamper;
let logged: [string, unknown][];
beforeEach(async () => {
  world = await createAuditWorld();
  authority = createStamper(world.clock);
  logged = [];
});
afterEach(() => world.close());

const timestamper = (more: Partial<TimestamperDependencies> = {}) => {
  const write = (event: string, facts: unknown) => logged.push([event, facts]);
  const log = { ...silentLog, info: write, warn: write, error: write } as typeof silentLog;
  const { database, clock } = world;
  const plan = { intervalMs: DAY, marginMs: 30 * DAY };
  return createTimestamper({ database, authority, read: readStamp, plan, ends: new Map(), clock, log, ...more });
};
/** A day ago, so that a timestamp of them is due. */
async function seal(batches = 1): Promise<void> {
  const { at } = world.clock;
  world.clock.at -= DAY;
  for (let n = 0; n < batches; n++) {
    await world.append(1);
    await world.sealer.sealAll();
  }
  world.clock.at = at;
}
const rows = async (sql: string, values: unknown[] = []) => (await world.superuser.query(sql, values)).rows;
const ranges = async () =>
  (await rows('select number, first_batch, last_batch from audit_timestamp order by number')).map((row) => [
    ...[Number(row.number), Number(row.first_batch), Number(row.last_batch)],
  ]);
/** Batches are sealed to the end, so that the line of the timestamp itself is too. */
async function later(milliseconds: number): Promise<void> {
  await world.sealer.sealAll();
  world.clock.at += milliseconds;
}

it('waits until a seal has waited for a day, then stamps every one there is, and again what came since', async () => {
  const { run } = timestamper();
  expect(await run()).toBe('not-due');
  await seal(3);
  world.clock.at -= 1;
  expect(await run()).toBe('not-due');
  world.clock.at += 1;
  expect(await run()).toBe('taken');
  expect(await run()).toBe('not-due');
  await later(DAY - 1);
  expect(await run()).toBe('not-due');
  await later(1);
  expect(await run()).toBe('taken');
  expect(await ranges()).toEqual([
    [1, 1, 3],
    [2, 4, 4],
  ]);
});

it('stamps the seals and all tokens before, and writes down what the token says', async () => {
  await seal(2);
  await timestamper().run();
  await later(DAY);
  await timestamper().run();
  const timestamps = await loadTimestamps(world.database.knex, [1, 2]);
  const [first, second] = timestamps;
  const seals = await loadSealsAfter(world.database.knex, 0, 10);
  const hashes = seals.map((one) => hashSeal(sha256, one));
  expect(first?.sealsRoot).toEqual(buildRoot(sha256, concatBytes(...hashes.slice(0, 2))));
  expect(second?.sealsRoot).toEqual(buildRoot(sha256, concatBytes(...hashes.slice(2, 3))));
  expect(second?.timestampsRoot).toEqual(sha256(first?.token as Uint8Array));
  expect(authority.asked.map((digest) => Buffer.from(digest))).toEqual(
    timestamps.map((one) => Buffer.from(imprintOf(sha256, one))),
  );
  const [row] = await rows('select gen_time, valid_until, algorithms from audit_timestamp where number = 1');
  expect(row).toEqual({
    gen_time: new Date(T0),
    valid_until: new Date(authority.validUntil),
    algorithms: ['ECDSA-P-256', 'SHA-256'],
  });
});

it('tells of it in the trail, by the digest of the token', async () => {
  await seal();
  await timestamper().run();
  const lines = await rows(`select actor, target, tenant_id from audit_unsealed where act = 'audit.timestamp'`);
  const [{ token }] = await rows('select token from audit_timestamp');
  const target = Buffer.from(sha256(token)).toString('hex');
  expect(lines).toEqual([{ actor: 'system', target, tenant_id: '00000000-0000-0000-0000-000000000000' }]);
  expect(logged).toEqual([['audit.timestamped', { number: 1, batch: 1, due: 'interval' }]]);
});

describe('renewal', () => {
  const rare = { plan: { intervalMs: 10 * YEAR, marginMs: 30 * DAY } };

  it('comes before the certificate of the newest token ends, by the margin', async () => {
    authority.validUntil = T0 + YEAR;
    await seal();
    expect(await timestamper().run()).toBe('taken');
    authority.validUntil = T0 + 3 * YEAR;
    await later(YEAR - 30 * DAY);
    expect(await timestamper(rare).run()).toBe('not-due');
    await later(1);
    expect(await timestamper(rare).run()).toBe('taken');
    expect(logged.at(-1)).toEqual(['audit.timestamped', { number: 2, batch: 2, due: 'renewal' }]);
    expect(await timestamper(rare).run()).toBe('not-due');
  });

  it('comes before an algorithm ends that the newest token rests on', async () => {
    await seal();
    const ends = new Map([['ECDSA-P-256', T0 + YEAR]]);
    const other = { ...rare, ends: new Map([['RSA-2048', T0 + YEAR]]) };
    await timestamper({ ends }).run();
    await later(YEAR - 30 * DAY);
    expect(await timestamper(other).run()).toBe('not-due');
    expect(await timestamper({ ...rare, ends }).run()).toBe('taken');
  });

  it('that comes too late is told, and the next timestamp taken all the same', async () => {
    authority.validUntil = T0 + DAY;
    await seal();
    await timestamper().run();
    authority.validUntil = T0 + YEAR;
    await later(2 * DAY);
    expect(await timestamper().run()).toBe('taken');
    expect(logged.map(([event]) => event)).toEqual([
      ...['audit.timestamped', 'audit.timestamp-lapsed', 'audit.timestamped'],
    ]);
  });
});

describe('an authority that fails or lies', () => {
  it.each(['fails', 'other-digest', 'long-ago', 'expired'] as const)(
    '(%s) is told of, and asked again after a minute, two, four; the older timestamp stays',
    async (lie) => {
      await seal();
      await timestamper().run();
      await later(DAY);
      const [kept] = await rows('select token from audit_timestamp');
      authority.lie = lie;
      logged.length = 0;
      for (const wait of [60_000, 120_000, 240_000]) {
        expect(await timestamper().run()).toBe('failed');
        await later(wait - 1);
        expect(await timestamper().run()).toBe('waiting');
        await later(1);
      }
      const code = lie === 'fails' ? 'timeout' : 'unusable';
      expect(logged).toEqual([1, 2, 3].map((failures) => ['audit.timestamp-failed', { code, failures }]));
      expect(await rows('select token from audit_timestamp')).toEqual([kept]);
      authority.lie = 'none';
      expect(await timestamper().run()).toBe('taken');
      expect(await rows('select failures from audit_timestamp_attempt')).toEqual([{ failures: 0 }]);
    },
  );

  it('is never waited for longer than an hour', async () => {
    await seal();
    authority.lie = 'fails';
    await world.superuser.query('insert into audit_timestamp_attempt (failures, not_before) values (40, $1)', [
      new Date(T0),
    ]);
    expect(await timestamper().run()).toBe('failed');
    const [attempt] = await rows('select failures, not_before from audit_timestamp_attempt');
    expect(attempt).toEqual({ failures: 41, not_before: new Date(T0 + HOUR) });
  });

  it('keeps nobody from sealing meanwhile', async () => {
    await seal();
    authority.lie = 'fails';
    authority.meanwhile = () => seal(2);
    expect(await timestamper().run()).toBe('failed');
    expect(await rows('select batch::integer from audit_seal order by 1')).toHaveLength(3);
  });
});

describe('replicas', () => {
  it('ask one at a time, and stamp nothing twice', async () => {
    await seal(2);
    let inside = 0;
    let most = 0;
    authority.meanwhile = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await world.superuser.query('select 1');
      inside -= 1;
    };
    const runs = await Promise.all([timestamper(), timestamper(), timestamper()].map(({ run }) => run()));
    expect(runs.filter((one) => one === 'taken')).toHaveLength(1);
    expect([most, await ranges()]).toEqual([1, [[1, 1, 2]]]);
  });

  it('leave it to the one that is at it', async () => {
    await seal();
    const others: string[] = [];
    authority.meanwhile = async () => others.push(await timestamper().run());
    expect(await timestamper().run()).toBe('taken');
    expect([others, authority.asked.length]).toEqual([['elsewhere'], 1]);
  });

  it('that die between the token and its row leave nothing behind, and the next one takes it', async () => {
    await seal(2);
    authority.meanwhile = () =>
      world.superuser.query(
        `select pg_terminate_backend(pid, 60000) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
           and database = (select oid from pg_database where datname = current_database())`,
      );
    await expect(timestamper().run()).rejects.toThrow();
    expect([await ranges(), await rows('select from audit_unsealed')]).toEqual([[], []]);
    authority.meanwhile = async () => undefined;
    expect(await timestamper().run()).toBe('taken');
    expect(await ranges()).toEqual([[1, 1, 2]]);
  });
});

describe('a chain', () => {
  const chainOf = async (batch: number) => {
    const { knex } = world.database;
    const links = await proveTimestamps(knex, batch, new Map());
    const one = (await loadSeals(knex, [batch])).get(batch);
    const sealHash = one === undefined ? new Uint8Array() : hashSeal(sha256, one);
    const reading = { sha256, read: readStamp, ends: new Map(), now: world.clock.at };
    return { links, verdicts: verifyTimestampChain({ sealHash, batch, links }, reading) };
  };

  it('leads from any seal to the newest certificate, also of a seal that is older than the renewal', async () => {
    authority.validUntil = T0 + YEAR;
    await seal(300);
    await timestamper().run();
    for (let day = 0; day < 3; day++) {
      await later(DAY);
      await timestamper().run();
    }
    authority.validUntil = T0 + 3 * YEAR;
    await later(YEAR - 4 * DAY);
    await timestamper().run();
    for (const batch of [1, 256, 257, 300]) {
      const { links, verdicts } = await chainOf(batch);
      expect(links.map(({ number }) => number)).toEqual([1, 5]);
      expect(verdicts?.map(({ lapsed, trusted }) => [lapsed, trusted])).toEqual([
        [false, true],
        [false, true],
      ]);
    }
    expect((await chainOf(302)).links.map(({ number }) => number)).toEqual([3, 5]);
  });

  it('is empty before a seal was stamped', async () => {
    await seal();
    await timestamper().run();
    await seal();
    expect((await chainOf(2)).links).toEqual([]);
  });
});
