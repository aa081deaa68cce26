import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../../src/core/audit/fault.ts';
import { type AuditSeal, encodeSeal } from '../../../src/core/audit/seal.ts';
import { pruneAuditLines } from '../../../src/features/audit/prune.ts';
import { createSealKeys } from '../../../src/features/audit/seal-keys.ts';
import { loadSealsAfter } from '../../../src/features/audit/seal-store.ts';
import { createSealer } from '../../../src/features/audit/sealer.ts';
import { type VerifyTrailOptions, verifyTrail } from '../../../src/features/audit/verify-trail.ts';
import { generateAuditSigner } from '../../../src/platform/audit-crypto.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createDeploymentSecrets } from '../../../src/platform/vault/deployment-secrets.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { oneKey } from '../../platform/vault/one-key.ts';
import { type AuditWorld, createAuditWorld, OTHER, T0, TENANT } from './audit-world.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

let world: AuditWorld;
let owner: Database;
beforeEach(async () => {
  world = await createAuditWorld();
  owner = createDatabase({ url: world.testDatabase.adminUrl, poolSize: 2, ...PATIENT_DATABASE, log: silentLog });
});
afterEach(async () => {
  await owner.close();
  await world.close();
});

/** Batches of 5, 3 and 4 lines; the second begins with the line of the key. */
async function seal(): Promise<void> {
  for (const count of [5, 2, 4]) {
    await world.append(count, count === 2 ? OTHER : TENANT);
    world.clock.at += 10_000;
    await world.sealer.sealAll();
  }
}

const asSuperuser = (sql: string, values: unknown[] = []) => world.superuser.query(sql, values);
/** A superuser can do without constraints too. */
async function withoutConstraints(sql: string): Promise<void> {
  await asSuperuser(`set session_replication_role = 'replica'`);
  await asSuperuser(sql);
}

async function verify(more: Partial<VerifyTrailOptions> = {}) {
  const faults: Fault[] = [];
  const report = (fault: Fault) => faults.push(fault);
  const options = { database: owner, isOwnKey: world.keys.isOwn, held: undefined, report, ...more };
  const summary = await verifyTrail(options);
  expect(summary.faults).toBe(faults.length);
  return { summary, faults };
}

async function* each(seals: readonly AuditSeal[]) {
  yield* seals;
}

const kinds = (faults: readonly Fault[]) => faults.map(({ fault, batch, position }) => [fault, batch, position]);
const idAt = async (batch: number, position: number): Promise<string> =>
  (await asSuperuser('select id from audit_line where batch = $1 and position = $2', [batch, position])).rows[0].id;

it('finds nothing wrong with what the sealer made, and counts it', async () => {
  expect((await verify()).summary).toMatchObject({ batches: 0, lines: 0, waitingLines: 0, last: null });
  await seal();
  await world.append(1);
  const { faults, summary } = await verify({ held: each(await loadSealsAfter(owner.knex, 0, 10)) });
  expect(faults).toEqual([]);
  expect(summary).toMatchObject({ batches: 3, lines: 12, prunedLines: 0, heldSeals: 3, waitingLines: 1 });
  expect(summary.last?.batch).toBe(3);
});

it('goes through many batches and lines, in parts', async () => {
  for (let n = 0; n < 3; n++) await world.append(2_000);
  await world.sealer.sealAll();
  expect((await verify()).summary).toMatchObject({ batches: 6, lines: 6_001, faults: 0 });
  await asSuperuser('update audit_line set count = 2 where batch in (1, 5) and position = 7');
  expect(kinds((await verify()).faults)).toEqual([
    ['line-altered', 1, 7],
    ['line-altered', 5, 7],
  ]);
});

describe('what a superuser does to lines', () => {
  beforeEach(seal);

  /** Does it, says what is found, and puts the line back. */
  async function tried(batch: number, position: number, sql: string): Promise<readonly Fault[]> {
    const place = `batch = ${batch} and position = ${position}`;
    await asSuperuser(`create temp table kept as select * from audit_line where ${place}`);
    await asSuperuser(sql);
    const { faults } = await verify();
    await asSuperuser(`delete from audit_line where ${place}`);
    await asSuperuser('insert into audit_line select * from kept');
    await asSuperuser('drop table kept');
    return faults;
  }

  it('altered: any one thing', async () => {
    const lineId = await idAt(1, 2);
    const changes = [
      `actor = 'client:cli_2'`,
      `allowed_by = null`,
      `act = 'audit.list'`,
      `target = 'ver_x'`,
      `target = null`,
      `outcome = 'refused:not-found'`,
      `from_address = '192.0.2.2'`,
      `request_id = ''`,
      `at = at + interval '1 millisecond'`,
      `tenant_id = '${OTHER}'`,
      `count = 2`,
      `salt = gen_random_uuid()`,
    ];
    for (const change of changes) {
      const faults = await tried(1, 2, `update audit_line set ${change} where batch = 1 and position = 2`);
      expect([change, faults]).toEqual([change, [{ fault: 'line-altered', batch: 1, position: 2, lineId }]]);
    }
    const renamed = await tried(1, 2, `update audit_line set id = 'x' where batch = 1 and position = 2`);
    expect(renamed).toEqual([{ fault: 'line-altered', batch: 1, position: 2, lineId: 'x' }]);
    expect((await verify()).faults).toEqual([]);
  });

  it('erased: the first, one in the middle, the last', async () => {
    for (const [batch, position] of [
      [1, 0],
      [2, 1],
      [3, 3],
    ] as const) {
      const sql = `delete from audit_line where batch = ${batch} and position = ${position}`;
      expect(await tried(batch, position, sql)).toEqual([{ fault: 'line-erased', batch, position }]);
    }
  });

  it('erased: all', async () => {
    await asSuperuser('truncate audit_line');
    expect((await verify()).summary.faults).toBe(12);
  });

  it('inserted: behind a batch, into batches that are none', async () => {
    const lineId = await idAt(1, 0);
    const columns = 'tenant_id, id, at, actor, act';
    for (const [batch, position] of [
      [1, 5],
      [4, 0],
      [-1, 0],
      [99, 7],
    ] as const) {
      await asSuperuser(
        `insert into audit_line (batch, position, ${columns}) select $1, $2, ${columns} from audit_line
         where batch = 1 and position = 0`,
        [batch, position],
      );
      expect((await verify()).faults).toEqual([{ fault: 'line-inserted', batch, position, lineId }]);
      await asSuperuser('delete from audit_line where batch = $1 and position = $2', [batch, position]);
    }
  });

  it('reordered within a batch and over batches', async () => {
    await asSuperuser('update audit_line set position = -position - 1 where batch = 1 and position < 2');
    await asSuperuser('update audit_line set position = 2 + position where batch = 1 and position < 0');
    expect(kinds((await verify()).faults)).toEqual([
      ['line-reordered', 1, 0],
      ['line-reordered', 1, 1],
    ]);
    await asSuperuser('update audit_line set position = 1 - position where batch = 1 and position = 9');
    await asSuperuser('update audit_line set batch = 99, position = 1 where batch = 2 and position = 1');
    await asSuperuser('update audit_line set batch = 2 where batch = 3 and position = 1');
    expect(kinds((await verify()).faults).slice(2)).toEqual([
      ['line-altered', 2, 1],
      ['line-erased', 3, 1],
      ['line-inserted', 99, 1],
    ]);
  });

  it('hidden behind leaves that fit, and behind no leaves', async () => {
    await asSuperuser(`update audit_line set actor = 'x' where batch = 1 and position = 0`);
    await asSuperuser(`update audit_batch set leaves = overlay(leaves placing sha256('x') from 1) where batch = 1`);
    expect((await verify()).faults).toEqual([{ fault: 'leaves-altered', batch: 1 }]);
    await asSuperuser('delete from audit_batch where batch = 1');
    expect((await verify()).faults).toEqual([{ fault: 'leaves-missing', batch: 1 }]);
  });
});

describe('what a superuser does to seals', () => {
  beforeEach(seal);

  it('altered', async () => {
    await asSuperuser('update audit_seal set sealed_at = sealed_at + interval $$1 second$$ where batch = 2');
    expect(kinds((await verify()).faults)).toEqual([
      ['seal-altered', 2, undefined],
      ['chain-broken', 3, undefined],
    ]);
  });

  it('erased, with their lines, in the middle', async () => {
    await withoutConstraints('delete from audit_seal where batch = 2');
    await asSuperuser('delete from audit_line where batch = 2');
    expect((await verify()).faults).toEqual([{ fault: 'seal-missing', batch: 2, lastBatch: 2 }]);
  });

  it('truncated at the end: seen by what is held outside alone', async () => {
    const held = await loadSealsAfter(owner.knex, 0, 10);
    await withoutConstraints('delete from audit_seal where batch = 3');
    await asSuperuser('delete from audit_line where batch = 3');
    expect((await verify()).faults).toEqual([]);
    expect((await verify({ held: each(held) })).faults).toEqual([{ fault: 'rolled-back', batch: 3 }]);
    expect((await verify({ held: each(held.slice(0, 2)) })).faults).toEqual([]);
  });

  it('all gone', async () => {
    const held = await loadSealsAfter(owner.knex, 0, 10);
    await withoutConstraints('truncate audit_seal, audit_line, audit_batch, audit_unsealed, audit_timestamp');
    expect((await verify()).faults).toEqual([]);
    expect((await verify({ held: each(held.slice(2)) })).faults).toEqual([{ fault: 'rolled-back', batch: 3 }]);
  });

  it('rolled back, and then gone on with', async () => {
    const held = await loadSealsAfter(owner.knex, 0, 10);
    await withoutConstraints('delete from audit_seal where batch = 3');
    await asSuperuser('delete from audit_line where batch = 3');
    await asSuperuser('delete from audit_batch where batch = 3');
    await world.append(9);
    await world.sealer.sealAll();
    expect((await verify()).faults).toEqual([]);
    expect((await verify({ held: each(held) })).faults).toEqual([{ fault: 'seal-differs', batch: 3 }]);
  });

  it('signed anew under a key of their own', async () => {
    const { signer } = generateAuditSigner();
    const [last] = (await loadSealsAfter(owner.knex, 2, 1)) as [AuditSeal];
    const forged = { ...last, keyId: signer.keyId };
    const signature = signer.sign(encodeSeal(forged));
    await asSuperuser(`insert into audit_key select $1, $2, private_key, valid_from + interval '1 ms' from audit_key`, [
      signer.keyId,
      Buffer.from(signer.publicKey),
    ]);
    await asSuperuser('update audit_seal set key_id = $1, signature = $2 where batch = 3', [signer.keyId, signature]);
    const found = (await verify()).faults;
    expect(found).toContainEqual({ fault: 'key-forged', batch: null, keyId: signer.keyId });
    // without the vault at hand only the times of the keys speak
    expect((await verify({ isOwnKey: undefined })).faults.map(({ fault }) => fault)).not.toContain('key-forged');
  });

  it('by a key on file that another deployment made', async () => {
    const others = createSealKeys(world.database, createDeploymentSecrets(oneKey(Buffer.alloc(32, 2))));
    expect((await verify({ isOwnKey: others.isOwn })).faults).toMatchObject([{ fault: 'key-forged' }]);
  });

  it('by a key that is gone', async () => {
    await withoutConstraints('delete from audit_key');
    expect((await verify()).faults.map(({ fault }) => fault)).toEqual(Array(3).fill('seal-key-unknown'));
  });
});

it('verifies over an exchange of keys', async () => {
  await seal();
  await world.keys.rotate(world.clock.at, 'operator:root');
  await seal();
  expect((await verify()).faults).toEqual([]);
});

describe('pruning', () => {
  const prune = (change: { before?: number; limit?: number; tenant?: string } = {}) =>
    world.database.inTenant(change.tenant ?? TENANT, (trx) =>
      pruneAuditLines(trx, { before: change.before ?? T0, now: T0, limit: change.limit ?? 100 }),
    );
  /** Two batches of two years ago, of two tenants. */
  beforeEach(async () => {
    world.clock.at = T0 - 2 * YEAR_MS;
    for (let n = 0; n < 2; n++) {
      await world.append(3);
      await world.append(2, OTHER);
      await world.sealer.sealAll();
    }
    world.clock.at = T0;
  });

  it('leaves leaf hashes, so that everything verifies, before and after its own line is sealed', async () => {
    expect(await prune({ limit: 4 })).toBe(4);
    expect(await prune()).toBe(2);
    expect(await prune()).toBe(0);
    const { rows } = await asSuperuser('select tenant_id, count(*)::integer from audit_line group by 1 order by 1');
    expect(rows.find(({ tenant_id }) => tenant_id === TENANT)).toBeUndefined();
    expect(rows.find(({ tenant_id }) => tenant_id === OTHER)).toMatchObject({ count: 4 });
    for (let n = 0; n < 2; n++) {
      expect(await verify()).toMatchObject({ faults: [], summary: { prunedLines: 6 } });
      await world.sealer.sealAll();
    }
    const told = await asSuperuser(`select count, actor from audit_line where act = 'audit.prune' order by id`);
    expect(told.rows).toEqual([
      { count: 4, actor: 'system' },
      { count: 2, actor: 'system' },
    ]);
  });

  it('takes what is old alone, of the tenant that is set alone, and never the lines of prunings', async () => {
    world.clock.at = T0 - YEAR_MS + 1;
    await world.append(2);
    await world.sealer.sealAll();
    expect(await prune({ before: T0 + YEAR_MS })).toBe(6);
    expect(await prune({ before: T0 - 3 * YEAR_MS, tenant: OTHER })).toBe(0);
    await asSuperuser(`update audit_unsealed set at = $1`, [new Date(T0 - 2 * YEAR_MS)]);
    await world.sealer.sealAll();
    expect(await prune()).toBe(0);
  });

  it.each([
    ['widened', `update audit_pruning set positions = positions || 3 where batch = 1`],
    ['moved', 'update audit_pruning set batch = batch + 1'],
    ['given away', `update audit_pruning set id = id || 'x'`],
    ['told otherwise', `update audit_unsealed set target = repeat('0', 64) where act = 'audit.prune'`],
    ['told no more', `delete from audit_unsealed where act = 'audit.prune'`],
    ['told too soon', `update audit_unsealed set at = at - interval '400 days' where act = 'audit.prune'`],
  ])('shows when its record is %s', async (_how, sql) => {
    await prune({ limit: 2 });
    await asSuperuser(sql);
    expect((await verify()).faults.map(({ fault }) => fault)).toContain('pruning-unproven');
  });

  it('is no cover for lines of the last year', async () => {
    world.clock.at = T0 - YEAR_MS / 2;
    await world.append(1);
    await world.sealer.sealAll();
    const { rows } = await asSuperuser('select max(batch) as batch from audit_line');
    await asSuperuser('delete from audit_line where batch = $1', [rows[0].batch]);
    await asSuperuser(`insert into audit_pruning values ($1, 'aud_forged', $2, '{0}')`, [TENANT, rows[0].batch]);
    await asSuperuser(
      `insert into audit_unsealed (tenant_id, id, at, actor, act, target)
       select $1, 'aud_forged', $2, 'system', 'audit.prune', encode(sha256(int8send($3) || int4send(0)), 'hex')`,
      [TENANT, new Date(T0), rows[0].batch],
    );
    await world.sealer.sealAll();
    expect((await verify()).faults).toEqual([{ fault: 'pruning-unproven', batch: null, lineId: 'aud_forged' }]);
  });
});

it('is not read by the login of the application', async () => {
  await seal();
  const { summary } = await verify({ database: world.database });
  expect(summary.lines).toBe(0);
});

it('holds while sealers go on', async () => {
  await seal();
  const { database, keys, clock } = world;
  const sealer = createSealer({ database, keys, clock, log: silentLog, deliver: async () => undefined });
  const found: Fault[][] = [];
  for (let n = 0; n < 5; n++) {
    await world.append(50);
    const [{ faults }] = await Promise.all([verify(), sealer.sealAll()]);
    found.push(faults);
  }
  expect(found.flat()).toEqual([]);
});
