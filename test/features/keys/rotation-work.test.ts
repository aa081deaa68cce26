import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyParts } from '../../../src/features/keys/parts.ts';
import { claimRotation, LeaseLost } from '../../../src/features/keys/rotation-store.ts';
import { createKeyService, type KeyService } from '../../../src/features/keys/service.ts';
import { workOnRotations } from '../../../src/features/keys/work.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createVault } from '../../../src/platform/vault/create-vault.ts';
import { decodeWrapping } from '../../../src/platform/vault/key-encryption.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { createWorld, signedRequest, verify, type World } from '../world.ts';

let world: World;
let owner: Database;
let keys: KeyService;
/** As a replica has them: with the application's login. */
let parts: Omit<KeyParts, 'advance'>;
let callers: Caller[];

beforeAll(async () => {
  world = await createWorld();
  const { keyFile, clock, database } = world;
  owner = createDatabase({ url: world.testDatabase.adminUrl, poolSize: 4, ...PATIENT_DATABASE, log: silentLog });
  const operator = { name: 'tester', right: 'operator' };
  const ownersVault = await createVault({ keyFile, database: owner, log: silentLog });
  keys = createKeyService({ database: owner, vault: ownersVault, clock, keyFile, cacheSeconds: 300, operator });
  const vault = await createVault({ keyFile, database, log: silentLog });
  parts = {
    ...{ database, vault, keys: vault.keyEncryption, clock, isStopping: () => false },
    lineOf: (tenantId, act, target, count) => ({
      ...{ tenantId, at: clock.now(), actor: 'system', right: 'key-rotation', act, target, count },
      ...{ from: null, requestId: null },
    }),
  };
  callers = [];
  for (const name of ['a', 'b', 'c']) {
    const caller = await world.createCaller(name);
    callers.push(caller);
    for (const reference of ['APP-1', 'APP-2']) await verify(world, caller, request(reference));
  }
});
afterAll(async () => {
  await owner?.close();
  await world?.close();
});

const request = (reference: string) => signedRequest(Buffer.from('content'), { reference });
const query = async (sql: string, values: unknown[] = []) => (await world.superuser.query(sql, values)).rows;
const rotationOf = async (id: string) => (await query('select * from key_rotation where id = $1', [id]))[0];
const endLeases = () => query(`update key_rotation set lease_until = now() - interval '1 s' where state = 'running'`);

/** A database whose client is gone at the `last`-th statement or transaction: before it, or when it has committed. */
function dying(database: Database, last: number, after: boolean): Database {
  let count = 0;
  async function die<T>(work: () => Promise<T>): Promise<T> {
    const isLast = ++count >= last;
    if (isLast && !after) throw new Error('died');
    const result = await work();
    if (isLast) throw new Error('died');
    return result;
  }
  const knex = new Proxy(database.knex, {
    get: (target, name) =>
      name === 'raw' ? (...args: [string]) => die(async () => target.raw(...args)) : Reflect.get(target, name),
  });
  return {
    ...{ pool: database.pool, knex, isReachable: database.isReachable, close: database.close },
    inTenant: (tenantId, work) => die(() => database.inTenant(tenantId, work)),
    call: (name, sql, values) => die(() => database.call(name, sql, values)),
  } as Database;
}

describe('a rotation of keys', () => {
  it('is claimed by one worker; whose lease is over writes nothing any more', async () => {
    const id = await keys.askRewrap(undefined);
    expect(await keys.askRewrap(undefined)).toBe(id); // the same wish
    const first = await claimRotation(world.database);
    expect([first?.id, await claimRotation(world.database)]).toEqual([id, undefined]);
    await endLeases();
    const second = await claimRotation(world.database);
    expect(second?.id).toBe(id);
    const batch = world.database.inTenant((callers[0] as Caller).tenantId, async (trx) => {
      await trx.raw(`insert into public_document (sha256, octets) values (sha256('x'), 'x')`);
      await first?.advance(trx, 1);
    });
    await expect(batch).rejects.toThrow(LeaseLost);
    expect(await query(`select from public_document where octets = 'x'`)).toHaveLength(0);
    await expect(first?.pass('a', [])).rejects.toThrow(LeaseLost);
    await second?.release({});
    expect(await workOnRotations(parts)).toBe(1);
    expect(await rotationOf(id)).toMatchObject({ state: 'done', tenants: 3 });
  });

  it.each([
    ['before', false],
    ['after', true],
  ])(
    'goes on with another worker wherever one dies, counts all once, and hides nobody (%s a statement)',
    async (_, after) => {
      const id = await keys.askRehash('serial-match');
      let deaths = 0;
      for (let last = 1; (await rotationOf(id)).state === 'running'; last++) {
        const died = await workOnRotations({ ...parts, database: dying(world.database, last, after) }).catch(
          () => 'died',
        );
        if (died === 'died') deaths += 1;
        await endLeases().catch(() => undefined);
        await query(`update key_rotation set due_at = now() where state = 'running'`);
        for (const caller of callers) {
          expect((await verify(world, caller, request('APP-3'))).subject?.isNew).toBe(false);
        }
      }
      expect(deaths).toBeGreaterThan(3);
      expect(await rotationOf(id)).toMatchObject({ state: 'done', done: String(callers.length), unreadable: [] });
      expect(await query('select from certificate')).toHaveLength(callers.length);
      expect(await query(`select from hash_key where purpose = 'serial-match' and state <> 'retired'`)).toHaveLength(1);
    },
  );

  it('stops after a batch when told to, and goes on from there', async () => {
    const id = await keys.askRehash('serial-number-mac');
    let asked = 0;
    await workOnRotations({ ...parts, isStopping: () => ++asked > 1 });
    expect(await rotationOf(id)).toMatchObject({ state: 'running', tenants: 1, after: 'a', lease_until: null });
    await workOnRotations(parts);
    expect(await rotationOf(id)).toMatchObject({ state: 'done', tenants: 3, done: '3' });
  });

  it('of a key that leads anew begins anew, where the one before was retired half way', async () => {
    const halfWay = await keys.askRehash('serial-match');
    let asked = 0;
    await workOnRotations({ ...parts, isStopping: () => ++asked > 1 });
    expect(await rotationOf(halfWay)).toMatchObject({ state: 'running', after: 'a' });
    const stale = await claimRotation(world.database);
    expect(await keys.retire('serial-match', true)).toEqual({ outcome: 'retired' });
    const id = await keys.askRehash('serial-match');
    expect([id === halfWay, (await rotationOf(halfWay)).state]).toEqual([false, 'done']);
    await expect(stale?.pass('b', [])).rejects.toThrow(LeaseLost);
    await workOnRotations(parts);
    expect(await rotationOf(id)).toMatchObject({ state: 'done', tenants: 3, done: '3' });
    for (const caller of callers) expect((await verify(world, caller, request('APP-5'))).subject?.isNew).toBe(false);
  });

  it('seals anew under the version of now, also with a vault that was opened before there was one', async () => {
    const versions = () =>
      query('select distinct get_byte(wrapped, 1) * 256 + get_byte(wrapped, 2) as version from key_store.record_key');
    for (const { tenantId } of callers) await parts.vault.open(tenantId); // and kept
    const [{ version }, ...others] = await versions();
    expect(others).toEqual([]);
    await keys.follow(await keys.askRotate(['evidence', 'attributes'], undefined), () => undefined);
    await query('update data_key set seals_from = now() where seals_from > now()');
    await keys.askReencrypt(undefined);
    await workOnRotations(parts);
    expect(await versions()).toEqual([{ version: version + 1 }]);
  });

  it('rewraps data keys, keys of hashes and all, with the application’s login', async () => {
    expect(await keys.addToFile()).toBe('file/2');
    const id = await keys.askRewrap(undefined);
    await workOnRotations(parts);
    expect(await rotationOf(id)).toMatchObject({ state: 'done', key_id: 'file/2', unreadable: [] });
    const rows = await query(
      'select wrapped_key from data_key union all select wrapped_key from hash_key where wrapped_key is not null',
    );
    expect(rows.length).toBeGreaterThan(15);
    for (const { wrapped_key } of rows) expect(decodeWrapping(wrapped_key).keyId).toBe('file/2');
    await verify(await world.createReplica(), callers[0] as Caller, request('APP-4'));
  });

  it('that fails is tried again later, and holds no other up', async () => {
    const broken = await keys.askRewrap('a');
    const other = await keys.askReencrypt('b');
    const failing = { ...parts.keys, currentKeyId: () => Promise.reject(new Error('SENTINEL')) };
    await expect(workOnRotations({ ...parts, keys: failing })).rejects.toThrow('SENTINEL');
    expect(await rotationOf(broken)).toMatchObject({ state: 'running', trouble: 'failed' });
    await workOnRotations({ ...parts, keys: failing });
    expect(await rotationOf(other)).toMatchObject({ state: 'done', tenants: 1 });
    await keys.follow(broken, () => undefined);
    expect(await rotationOf(broken)).toMatchObject({ state: 'done', trouble: null });
  });
});

describe('the application’s login', () => {
  const code = (sql: string) =>
    world.database.knex.raw(sql).then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );

  it('can ask for no rotation, and cannot take one up again', async () => {
    expect(await code(`insert into key_rotation (id, kind, asked_by) values ('rot_x', 'rewrap', 'me')`)).toBe('42501');
    expect(await code(`update key_rotation set state = 'running'`)).toBe('55000');
    expect(await code(`update key_rotation set kind = 'rewrap'`)).toBe('42501');
    expect(await code(`update hash_key set state = 'leads'`)).toBe('42501');
    expect(await code(`update hash_epoch set epoch = 1`)).toBe('42501');
  });

  it('replaces no key, field or hash while nobody asked for it', async () => {
    await keys.retire('serial-number-mac', true); // the rotation that is on is over
    const [certificate] = await query('select id, serial_match, tenant_id from certificate limit 1');
    const [dataKey] = await query('select tenant_id, purpose, version, wrapped_key from data_key limit 1');
    const [{ version }] = await query(
      `select version from hash_key where purpose = 'serial-match' and state = 'leads'`,
    );
    const forged = Buffer.alloc(32);
    const counts = await world.database.inTenant(certificate.tenant_id, async (trx) => {
      const of = async (call: string, values: unknown[]) =>
        (await trx.raw(`select ${call} as count`, values as never)).rows[0].count;
      return [
        await of('move_hashes(?, ?, ?, ?, ?)', [
          ...['serial-match', version, [certificate.id], [certificate.serial_match], [forged]],
        ]),
        await of('replace_wrapping(?, ?, ?, ?)', [dataKey.purpose, dataKey.version, dataKey.wrapped_key, forged]),
        await of(`replace_sealed('certificate', 'id', 'serial_match', ?, ?, ?)`, [
          ...[[certificate.id], [certificate.serial_match], [forged]],
        ]),
      ];
    });
    expect(counts).toEqual([0, 0, 0]);
  });
});
