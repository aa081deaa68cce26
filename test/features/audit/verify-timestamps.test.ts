import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../../src/core/audit/fault.ts';
import { createReadTimestamp } from '../../../src/core/audit/read-timestamp.ts';
import { imprintOf, type SealTimestamp } from '../../../src/core/audit/seal-timestamp.ts';
import type { SealKey } from '../../../src/core/audit/trail.ts';
import { createSealKeys } from '../../../src/features/audit/seal-keys.ts';
import { loadPublicKeys } from '../../../src/features/audit/seal-store.ts';
import { createSealer } from '../../../src/features/audit/sealer.ts';
import { loadTimestamps } from '../../../src/features/audit/timestamp-store.ts';
import { createTimestamper } from '../../../src/features/audit/timestamper.ts';
import type { TimestampTrust } from '../../../src/features/audit/verify-timestamps.ts';
import { verifyTrail } from '../../../src/features/audit/verify-trail.ts';
import { auditCrypto } from '../../../src/platform/audit-crypto.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createDeploymentSecrets } from '../../../src/platform/vault/deployment-secrets.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { oneKey } from '../../platform/vault/one-key.ts';
import { type AuditWorld, createAuditWorld, T0 } from './audit-world.ts';
import { createStamper, readStamp, type Stamper, stampAt } from './stamping.ts';

const DAY = 24 * 3_600_000;
const YEAR = 365 * DAY;

let world: AuditWorld;
let owner: Database;
let authority: Stamper;
let held: SealTimestamp[];

/** Three timestamps a day apart, and what tells of the third is sealed too. */
beforeEach(async () => {
  world = await createAuditWorld();
  owner = createDatabase({ url: world.testDatabase.adminUrl, poolSize: 2, ...PATIENT_DATABASE, log: silentLog });
  authority = createStamper(world.clock, T0 + YEAR);
  world.clock.at = T0 - DAY;
  for (let day = 0; day < 3; day++) {
    await world.append(2);
    await world.sealer.sealAll();
    world.clock.at += DAY;
    await stamp();
  }
  await world.sealer.sealAll();
  held = await loadTimestamps(owner.knex, [1, 2, 3]);
});
afterEach(async () => {
  await owner.close();
  await world.close();
});

async function stamp(database = world.database): Promise<void> {
  const plan = { intervalMs: DAY, marginMs: 30 * DAY };
  const parts = { database, authority, read: readStamp, plan, ends: new Map(), clock: world.clock, log: silentLog };
  expect(await createTimestamper(parts).run()).toBe('taken');
}
async function* each<T>(ones: readonly T[]) {
  yield* ones;
}
async function verify(trust: Partial<TimestampTrust> = {}, trustedKeys?: readonly SealKey[]) {
  const faults: Fault[] = [];
  const timestamps = {
    ...{ read: readStamp, ends: new Map(), now: world.clock.at, mustBeTrusted: true, held: undefined },
    ...trust,
  };
  const report = (fault: Fault) => faults.push(fault);
  const summary = await verifyTrail({
    ...{ database: owner, isOwnKey: undefined, held: undefined, report, trustedKeys, timestamps },
  });
  expect(summary.faults).toBe(faults.length);
  return { summary, faults };
}
const kinds = (faults: readonly Fault[]) => faults.map(({ fault, timestamp }) => [fault, timestamp]);

/** A superuser can do without constraints too. */
async function asSuperuser(sql: string, values: unknown[] = []): Promise<void> {
  await world.superuser.query(`set session_replication_role = 'replica'`);
  await world.superuser.query(sql, values);
}

it('finds nothing wrong with what was taken, and counts it', async () => {
  const { faults, summary } = await verify({ held: each(held) });
  expect(faults).toEqual([]);
  expect(summary).toMatchObject({ timestamps: 3, heldTimestamps: 3, newestTimestampAt: T0 + 2 * DAY, lapsed: [] });
});

it('holds them against the seals also where nobody says whom to trust', async () => {
  const nobody = { read: createReadTimestamp([], nodeCrypto) };
  expect(kinds((await verify(nobody)).faults)).toEqual([1, 2, 3].map((n) => ['timestamp-untrusted', n]));
  expect((await verify({ ...nobody, mustBeTrusted: false })).faults).toEqual([]);
  const report = () => undefined;
  const plain = await verifyTrail({ database: owner, isOwnKey: undefined, held: undefined, report });
  expect([plain.faults, plain.timestamps, plain.lapsed]).toEqual([0, 3, []]);
});

it('names the link that lapsed: the last one now, one that was renewed too late', async () => {
  expect((await verify({ now: T0 + YEAR })).summary.lapsed).toEqual([]);
  const { summary, faults } = await verify({ now: T0 + YEAR + 1 });
  expect([summary.lapsed.map(({ number }) => number), faults]).toEqual([[3], []]);
  world.clock.at = T0 + 2 * YEAR;
  authority.validUntil = T0 + 3 * YEAR;
  await stamp();
  const late = await verify({ now: T0 + 2 * YEAR });
  expect(late.summary.lapsed.map(({ number, end }) => [number, end.of])).toEqual([[3, 'certificate']]);
  const ended = await verify({ now: T0 + 2 * YEAR, ends: new Map([['ECDSA-P-256', T0 + DAY]]) });
  expect(ended.summary.lapsed.map(({ number, end }) => [number, end.of])).toEqual([
    ...[1, 2, 3, 4].map((number) => [number, 'ECDSA-P-256']),
  ]);
});

describe('what a superuser does to timestamps', () => {
  it.each([
    [
      1,
      [
        ['timestamp-missing', 1],
        ['timestamp-missing', undefined],
      ],
    ],
    [
      2,
      [
        ['timestamp-missing', 2],
        ['timestamp-missing', undefined],
      ],
    ],
    [3, [['timestamp-missing', undefined]]],
  ] as const)('takes away the one of number %i: a line of the trail tells of it', async (number, found) => {
    const [row] = (
      await world.superuser.query('select token_sha256 as t from audit_timestamp where number = $1', [number])
    ).rows;
    await asSuperuser('delete from audit_timestamp where number = $1', [number]);
    const { faults } = await verify();
    expect(kinds(faults)).toEqual(found);
    expect(faults.at(-1)?.token).toBe(row.t.toString('hex'));
  });

  it('takes away the last one with the line that tells of it, and the seal: the file held outside has it', async () => {
    await asSuperuser('delete from audit_timestamp where number = 3');
    await asSuperuser('delete from audit_line where batch = 4');
    await asSuperuser('delete from audit_batch where batch = 4');
    await asSuperuser('delete from audit_seal where batch = 4');
    expect((await verify()).faults).toEqual([]);
    expect(kinds((await verify({ held: each(held) })).faults)).toEqual([['timestamp-missing', 3]]);
  });

  it.each([
    ['token', `token = (select token from audit_timestamp where number = 1)`],
    ['token_sha256', `token_sha256 = sha256('x')`],
    ['nodes', `nodes = sha256('x')`],
    ['seals_root', `seals_root = sha256('x')`],
    ['timestamps_root', `timestamps_root = sha256('x')`],
    ['first_batch', 'first_batch = first_batch - 1'],
    ['last_batch', 'last_batch = last_batch + 1'],
    ['gen_time', `gen_time = gen_time + interval '1 second'`],
    ['valid_until', `valid_until = valid_until + interval '1 second'`],
  ])('alters %s of one', async (_column, change) => {
    await asSuperuser('drop index audit_timestamp_last_batch');
    await asSuperuser(`update audit_timestamp set ${change} where number = 2`);
    const { faults } = await verify();
    expect(kinds(faults)[0]).toEqual(['timestamp-altered', 2]);
    expect(
      kinds(faults)
        .slice(1)
        .filter(([, timestamp]) => timestamp !== undefined),
    ).toEqual([]);
  });

  it('puts a token of another authority in its place', async () => {
    const token = Buffer.from(stampAt(imprintOf(auditCrypto.sha256, held[1] as SealTimestamp), T0 + DAY));
    const set =
      'update audit_timestamp set token = $1, token_sha256 = sha256($1), valid_until = gen_time where number = 2';
    await asSuperuser(set, [token]);
    const { faults } = await verify({ held: each(held) });
    expect(kinds(faults)).toEqual([
      ['timestamp-altered', 3],
      ['timestamp-missing', undefined],
      ['timestamp-differs', 2],
    ]);
  });

  it('writes the whole trail anew with keys of his own: found by the keys and by the authority that are trusted', async () => {
    const trusted = await loadPublicKeys(owner.knex);
    await asSuperuser(
      'truncate audit_timestamp, audit_seal, audit_line, audit_batch, audit_unsealed, audit_key cascade',
    );
    const secrets = createDeploymentSecrets(oneKey(Buffer.alloc(32, 9)));
    const keys = createSealKeys(world.database, secrets);
    const deliver = async () => undefined;
    await world.append(2);
    const { database, clock } = world;
    await createSealer({ database, keys, clock, log: silentLog, deliver }).sealAll();
    expect((await verify()).faults).toEqual([]);
    expect(kinds((await verify({}, trusted)).faults)).toEqual([['seal-key-unknown', undefined]]);
    expect(kinds((await verify({ held: each(held) })).faults)).toEqual([1, 2, 3].map((n) => ['timestamp-missing', n]));
  });
});

it('finds seals altered under a timestamp, whoever signed them', async () => {
  await asSuperuser('update audit_seal set tree_size = tree_size + 1 where batch = 1');
  const { faults } = await verify();
  expect(kinds(faults)).toContainEqual(['timestamp-altered', 1]);
});
