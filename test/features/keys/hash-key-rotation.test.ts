import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeyService, type KeyService, type RotationRow } from '../../../src/features/keys/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { type Database, DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createVault } from '../../../src/platform/vault/create-vault.ts';
import type { HashPurpose } from '../../../src/platform/vault/vault.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { createWorld, OPERATOR, options, signedRequest, verify, type World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let world: World;
/** Replicas that run all the while, and are told nothing. */
let replicas: World[];
let owner: Database;
let keys: KeyService;
let bank: Caller;

beforeAll(async () => {
  world = await createWorld();
  replicas = [world, await world.createReplica()];
  const { keyFile, clock } = world;
  owner = createDatabase({ url: world.testDatabase.adminUrl, poolSize: 4, ...PATIENT_DATABASE, log: silentLog });
  const vault = await createVault({ keyFile, database: owner, log: silentLog });
  const operator = { name: 'tester', right: 'operator' };
  keys = createKeyService({ database: owner, vault, clock, keyFile, cacheSeconds: 300, operator });
});
afterAll(async () => {
  await owner?.close();
  await world?.close();
});
let count = 0;
beforeEach(async () => {
  bank = await world.createCaller(`bank-${count++}`);
});

const query = async (sql: string, values: unknown[] = []) => (await world.superuser.query(sql, values)).rows;
const certificates = () =>
  query('select id, serial_match, serial_match_version from certificate where tenant_id = $1', [bank.tenantId]);
const finish = (id: string): Promise<RotationRow> => keys.follow(id, () => undefined);
/** On a busy machine it may be told to come again: others must not wait for long behind it. */
async function rotate(purpose: HashPurpose): Promise<void> {
  for (let state = 'busy'; state !== 'done'; ) {
    const asked = await keys.askRehash(purpose).catch((error: unknown) => {
      if (error instanceof DatabaseUnavailable) return undefined;
      throw error;
    });
    if (asked !== undefined) state = (await finish(asked)).state;
  }
}
const statesOf = (purpose: HashPurpose) =>
  query(`select version, state from hash_key where purpose = $1 and state <> 'retired' order by version`, [purpose]);
const request = (reference?: string, leaf?: string) =>
  signedRequest(Buffer.from('content'), reference === undefined ? {} : { reference }, leaf);

describe('serial_match', () => {
  it('finds who is on file, and who was revoked, at each moment and by each replica; makes no second identity', async () => {
    const { subject: known } = await verify(world, bank, request());
    const [before] = await certificates();
    const work = await keys.askRehash('serial-match');
    const [, { version }] = (await statesOf('serial-match')) as [unknown, { version: number }];

    // nothing is moved yet: what comes now is under the new key, what was there under the former one
    const during = await Promise.all(replicas.map((one) => verify(one, bank, request())));
    for (const { subject } of during) expect(subject).toEqual({ id: known?.id, isNew: false });
    const another = 'leaf-user-authentication.crt';
    const first = await verify(replicas[1] as World, bank, request(undefined, another));
    expect((await verify(world, bank, request(undefined, another))).subject?.id).toBe(first.subject?.id);
    expect((await certificates()).map((row) => row.serial_match_version ?? 1).sort()).toEqual([version - 1, version]);

    await query('update certificate set revocation_found_at = now(), revoked_at = now() where id = $1', [before.id]);
    for (const one of replicas) expect((await verify(one, bank, request())).subIndication).toBe('REVOKED');

    expect(await finish(work)).toMatchObject({ state: 'done', unreadable: [] });
    const after = await certificates();
    expect(after).toHaveLength(2);
    expect(after.map((row) => row.serial_match_version)).toEqual([version, version]);
    expect(after.find(({ id }) => id === before.id).serial_match.equals(before.serial_match)).toBe(false);
    expect(await statesOf('serial-match')).toEqual([{ version, state: 'leads' }]);

    // both replicas know of two keys still
    for (const one of replicas) expect((await verify(one, bank, request())).subIndication).toBe('REVOKED');
    expect((await verify(world, bank, request(undefined, another))).subject?.id).toBe(first.subject?.id);
    expect(await certificates()).toHaveLength(2);
  });

  it('misses nothing while keys come and go under load', async () => {
    let over = false;
    const answers: { id: string | undefined; isNew: boolean | undefined }[] = [];
    const load = replicas.flatMap((one) =>
      [1, 2, 3].map(async () => {
        while (!over || answers.length < 12) {
          const { subject } = await verify(one, bank, request());
          answers.push({ id: subject?.id, isNew: subject?.isNew });
        }
      }),
    );
    for (let time = 0; time < 3; time++) await rotate('serial-match');
    over = true;
    await Promise.all(load);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await certificates()).toHaveLength(1);
  });

  it('keeps the former key while something under it does not open; retires it when people say so', async () => {
    await verify(world, bank, request());
    await query(`update certificate set serial_number = set_byte(serial_number, 30, get_byte(serial_number, 30) # 1)
      where tenant_id = '${bank.tenantId}'`);
    const [{ id }] = (await certificates()) as [{ id: string }];
    const place = `certificate.serial_match ${id}`;
    expect(await finish(await keys.askRehash('serial-match'))).toMatchObject({ state: 'done', unreadable: [place] });
    expect(await statesOf('serial-match')).toHaveLength(2);
    expect((await verify(world, bank, request())).subject?.isNew).toBe(false); // it is found still
    expect(await keys.retire('serial-match', false)).toEqual({
      outcome: 'would-be-lost',
      clients: [],
      places: [place],
    });
    await query('delete from certificate where id = $1', [id]);
    expect(await keys.retire('serial-match', true)).toEqual({ outcome: 'retired' });
    expect(await keys.retire('serial-match', true)).toEqual({ outcome: 'nothing-to-retire' });
  });
});

it('makes nobody wait for long behind one that does not come to an end', async () => {
  await finish(await keys.askRehash('serial-number-mac'));
  const stuck = await owner.knex.transaction();
  const [{ epoch }] = (await query('select epoch from hash_epoch')) as [{ epoch: number }];
  await stuck.raw('select hold_hash_epoch(?)', [epoch]);
  expect(await keys.retire('serial-number-mac', true)).toEqual({ outcome: 'busy' });
  await expect(keys.askRehash('api-key')).rejects.toThrow(DatabaseUnavailable);
  await stuck.rollback();
  expect(await keys.retire('serial-number-mac', true)).toEqual({ outcome: 'retired' });
});

describe('references and Idempotency-Keys', () => {
  const found = async (one: World, reference: string) => {
    const page = await one.verifications.list(bank, { reference }, 'req');
    return page.ok ? page.value.items.map(({ verificationId }) => verificationId) : page.code;
  };

  it('are found at each moment by each replica; the former key stays until answers under it have expired', async () => {
    const old = await verify(world, bank, request('APP-1'), 'key-1');
    const work = await keys.askRehash('lookup');
    for (const one of replicas) {
      expect(await found(one, 'APP-1')).toEqual([old.verificationId]);
      expect((await verify(one, bank, request('APP-1'), 'key-1')).verificationId).toBe(old.verificationId);
      const other = request('APP-2');
      expect(await one.verifications.verify(bank, other, options(other, 'key-1'))).toMatchObject({
        code: 'idempotency-key-reused',
      });
    }
    const fresh = await verify(world, bank, request('APP-1'), 'key-2');
    expect(await found(replicas[1] as World, 'APP-1')).toEqual([fresh.verificationId, old.verificationId]);

    expect(await finish(work)).toMatchObject({ state: 'running', isWaiting: true, unreadable: [] });
    expect(await statesOf('lookup')).toHaveLength(2);
    for (const one of replicas) {
      expect(await found(one, 'APP-1')).toEqual([fresh.verificationId, old.verificationId]);
      for (const [key, answer] of [['key-1', old] as const, ['key-2', fresh] as const]) {
        expect((await verify(one, bank, request('APP-1'), key)).verificationId).toBe(answer.verificationId);
      }
    }

    world.clock.at += DAY_MS;
    expect(await finish(work)).toMatchObject({ state: 'done' });
    expect(await statesOf('lookup')).toHaveLength(1);
    for (const one of replicas) expect(await found(one, 'APP-1')).toEqual([fresh.verificationId, old.verificationId]);
    world.clock.at -= DAY_MS;
  });

  it('hold for challenges as well', async () => {
    const issue = async (one: World) => {
      const body = { kind: 'signature' as const, purpose: 'account-opening' };
      const issued = await one.challenges.issue(bank, body, {
        ...options(body, 'key-3'),
        rawBody: Buffer.from('same'),
      });
      if (!issued.ok) throw new Error(issued.code);
      return issued.value.challengeId;
    };
    const first = await issue(world);
    await keys.askRehash('lookup');
    for (const one of replicas) expect(await issue(one)).toBe(first);
    await keys.retire('lookup', true);
    for (const one of replicas) expect(await issue(one)).not.toBe(first); // given up by force
  });
});

describe('API keys', () => {
  const make = async () => {
    const made = await world.tenants.clients.create(OPERATOR, { tenant: bank.tenantName, scopes: ['verify'] });
    if (!made.ok) throw new Error(made.code);
    return { id: made.value.clientId, apiKey: made.value.apiKey ?? '' };
  };

  it('are moved when they are used; who would be refused is told before', async () => {
    await query('update client set revoked_at = now()'); // of other tests
    const [used, unused] = [await make(), await make()];
    await finish(await keys.askRehash('api-key'));
    const later = await make(); // under the new key
    for (const one of replicas) {
      for (const { apiKey } of [used, later])
        expect(await one.tenants.authenticate(apiKey)).toMatchObject({ ok: true });
    }
    const waiting = { tenant: bank.tenantName, clientId: unused.id };
    for (;;) {
      const { unusedClients } = await keys.status(); // nobody waits for the moving
      if (unusedClients.length === 1) break;
    }
    expect((await keys.status()).unusedClients).toEqual([waiting]);
    expect(await keys.retire('api-key', false)).toEqual({ outcome: 'would-be-lost', clients: [waiting], places: [] });
    expect(await keys.retire('api-key', true)).toEqual({ outcome: 'retired' });
    world.clock.at += 10_000; // whom authentication found lately is forgotten
    for (const one of replicas) {
      for (const { apiKey } of [used, later])
        expect(await one.tenants.authenticate(apiKey)).toMatchObject({ ok: true });
      expect(await one.tenants.authenticate(unused.apiKey)).toEqual({ ok: false, code: 'unauthenticated' });
    }
  });
});

describe('serialNumberMac', () => {
  it('is shown under both keys while it is rotated', async () => {
    const macsOf = async (one: World) => {
      const { certificate } = await verify(one, bank, request());
      return { now: certificate?.serialNumberMac, former: certificate?.formerSerialNumberMac };
    };
    const before = await macsOf(world);
    expect(before.former).toBeUndefined();
    await finish(await keys.askRehash('serial-number-mac'));
    for (const one of replicas) {
      const during = await macsOf(one);
      expect(during.former).toBe(before.now);
      expect(during.now).toMatch(/^[0-9a-f]{64}$/);
      expect(during.now).not.toBe(before.now);
    }
    const { now } = await macsOf(world);
    expect(await keys.retire('serial-number-mac', false)).toEqual({ outcome: 'retired' });
    for (const one of replicas) expect(await macsOf(one)).toEqual({ now, former: undefined });
    const rows = await query(`select encode(serial_number_mac, 'hex') as mac from certificate where tenant_id = $1`, [
      bank.tenantId,
    ]);
    expect(rows).toEqual([{ mac: now }]);
  });
});

it('leaves a line for what was asked, what was moved and what was retired', async () => {
  const rows = await query(`select distinct act from audit_unsealed where act ~ '^(hash-key|key-rotation)' order by 1`);
  expect(rows.map(({ act }) => act)).toEqual([
    ...['hash-key.rehash', 'hash-key.retire', 'hash-key.rotate', 'key-rotation.ask', 'key-rotation.end'],
  ]);
});
