import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { createStamp } from '../../../src/features/evidence/stamp-manifest.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import {
  createFakeTimestampAuthority,
  type FakeTimestampAuthority,
} from '../../gateway/timestamp/fake-timestamp-authority.ts';
import { createWorld, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
let other: Caller;
let verificationId: string;
let authority: FakeTimestampAuthority;
beforeAll(async () => {
  world = await createWorld();
  bank = await world.createCaller('bank');
  other = await world.createCaller('other');
  verificationId = (await verify(world, bank, signedRequest(Buffer.from('stamped')))).verificationId;
});
beforeEach(() => {
  authority = createFakeTimestampAuthority(world.clock);
});
afterAll(() => world.close());

const manifest = (text: string) => hash('sha256', text, 'buffer');
const stampBy = (by: FakeTimestampAuthority | undefined, caller = bank) =>
  createStamp({ database: world.database, authority: by }, { tenantId: caller.tenantId, verificationId });
const kept = async (text: string) => {
  const { rows } = await world.superuser.query(
    'select tenant_id, verification_id, token, gen_time from evidence_timestamp where manifest_sha256 = $1',
    [manifest(text)],
  );
  return rows;
};

it('asks once for a manifest, and gives what was kept from then on, authority or none', async () => {
  const first = await stampBy(authority)(manifest('one'));
  expect(first).toMatchObject({ state: 'stamped' });
  expect(authority.asked).toHaveLength(1);
  expect(await stampBy(authority)(manifest('one'))).toEqual(first);
  expect(await stampBy(undefined)(manifest('one'))).toEqual(first);
  expect(authority.asked).toHaveLength(1);
  expect(await kept('one')).toMatchObject([{ tenant_id: bank.tenantId, verification_id: verificationId }]);
});

it('asks again for another manifest of the same verification', async () => {
  await stampBy(authority)(manifest('two'));
  await stampBy(authority)(manifest('two, sealed meanwhile'));
  expect(authority.asked.map((digest) => Buffer.from(digest))).toEqual([
    manifest('two'),
    manifest('two, sealed meanwhile'),
  ]);
});

it('keeps nothing where there is none, and asks again', async () => {
  expect(await stampBy(undefined)(manifest('three'))).toEqual({ state: 'not-configured' });
  authority.fail('timeout');
  expect(await stampBy(authority)(manifest('three'))).toEqual({ state: 'unavailable' });
  expect(await kept('three')).toEqual([]);
  authority.fail(undefined);
  expect(await stampBy(authority)(manifest('three'))).toMatchObject({ state: 'stamped' });
  expect(await kept('three')).toHaveLength(1);
});

it('gives all who ask at once the same', async () => {
  const several = await Promise.all(Array.from({ length: 4 }, () => stampBy(authority)(manifest('four'))));
  expect(new Set(several.map((stamped) => JSON.stringify(stamped))).size).toBe(1);
  expect(await kept('four')).toHaveLength(1);
});

it('gives no tenant what was kept for another, nor keeps anything on its verifications', async () => {
  await stampBy(authority)(manifest('five'));
  expect(await stampBy(undefined, other)(manifest('five'))).toEqual({ state: 'not-configured' });
  expect(await stampBy(authority, other)(manifest('six'))).toMatchObject({ state: 'stamped' });
  expect(await kept('six')).toEqual([]);
});

it('goes with its verification', async () => {
  const { verificationId: gone } = await verify(world, bank, signedRequest(Buffer.from('gone')));
  const { tenantId } = bank;
  await createStamp({ database: world.database, authority }, { tenantId, verificationId: gone })(manifest('seven'));
  expect(await kept('seven')).toHaveLength(1);
  // as the functions that delete do: as the owner, who is bound by row-level security as well
  const owner = new pg.Client({ connectionString: world.testDatabase.adminUrl });
  await owner.connect();
  try {
    await owner.query('begin');
    await owner.query(`select set_config('app.tenant', $1, true)`, [tenantId]);
    await owner.query('delete from evidence where verification_id = $1', [gone]);
    expect((await owner.query('delete from verification where id = $1', [gone])).rowCount).toBe(1);
    await owner.query('commit');
  } finally {
    await owner.end();
  }
  expect(await kept('seven')).toEqual([]);
});
