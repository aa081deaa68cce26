import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditAct } from '../../src/core/audit/act.ts';
import { createSealKeys } from '../../src/features/audit/seal-keys.ts';
import { createSealer } from '../../src/features/audit/sealer.ts';
import { RECORD_COLUMNS, SEALED_COLUMNS } from '../../src/features/keys/sealed-columns.ts';
import { workOnRotations } from '../../src/features/keys/work.ts';
import type { Caller } from '../../src/features/tenants/caller.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createVault } from '../../src/platform/vault/create-vault.ts';
import { createWorld, issueChallenge, signedRequest, verify, type World } from '../features/world.ts';
import { startTransit, TOKEN } from '../platform/vault/transit-server.ts';
import { runInTerminal } from './terminal.ts';

let world: World;
let directory: string;
let env: Record<string, string>;
let mine: Caller;
let theirs: Caller;
let verificationId: string;
let transit: Awaited<ReturnType<typeof startTransit>>;

beforeAll(async () => {
  transit = await startTransit();
  world = await createWorld();
  directory = await mkdtemp(join(tmpdir(), 'jpki-keys-'));
  env = {
    DATABASE_URL: world.testDatabase.url,
    DATABASE_ADMIN_URL: world.testDatabase.adminUrl,
    VAULT_KEY_FILE: join(directory, 'keys.json'),
  };
  await writeFile(env.VAULT_KEY_FILE as string, await readFile(world.keyFile, 'utf8'), { mode: 0o600 });
  mine = await world.createCaller('mine');
  theirs = await world.createCaller('theirs');
  for (const caller of [mine, theirs]) {
    await issueChallenge(world, caller);
    const request = signedRequest(Buffer.from('content'), { reference: 'APP-1' });
    const answer = await verify(world, caller, request);
    if (caller === mine) verificationId = answer.verificationId;
  }
  const keys = createSealKeys(world.database, world.vault.deployment);
  const deliver = async () => undefined;
  await createSealer({ database: world.database, keys, clock: world.clock, log: silentLog, deliver }).sealAll();
});
afterAll(async () => {
  await world?.close();
  await transit?.server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function keys(command: string, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, out } = await runInTerminal(['keys', command, ...args, '--json'], env);
  return { code, ...(JSON.parse(out.join('')) as Record<string, unknown>) };
}

/** A replica that starts now. */
const replica = (more: object = {}) =>
  createVault({ keyFile: env.VAULT_KEY_FILE as string, database: world.database, log: silentLog, ...more });

const query = async (sql: string, values: unknown[] = []) => (await world.superuser.query(sql, values)).rows;
const versionsOf = (table: string, column: string) =>
  query(`select distinct get_byte(${column}, 1) * 256 + get_byte(${column}, 2) as version from ${table}
    where ${column} is not null order by 1`).then((rows) => rows.map(({ version }) => version));
const lines = (act: string) =>
  query('select target, count, actor, tenant_id from audit_unsealed where act = $1 order by target', [act]);

/** By a replica that starts now: what the caller called the verification. */
async function readable(): Promise<void> {
  const [row] = await query(
    `select reference, (select wrapped from key_store.record_key where record_id = id) as wrapped
     from verification where id = $1`,
    [verificationId],
  );
  const identity = { table: 'verification', column: 'reference', rowId: verificationId, tenantId: mine.tenantId };
  const record = (await (await replica()).open(mine.tenantId)).openRecord('verification', verificationId, row.wrapped);
  expect(record.decrypt('report', identity, row.reference).toString()).toBe('APP-1');
}

describe('jpki keys rotate', () => {
  it('makes versions that open at once and seal later, and not two while one waits', async () => {
    const first = await keys('rotate', '--tenant', 'mine', '--purpose', 'report');
    expect(first).toMatchObject({ code: 0, tenants: 1, done: 1, sealsInSeconds: 360 });
    expect(await keys('rotate')).toMatchObject({ code: 0, tenants: 2, done: 13 });
    expect(await keys('rotate')).toMatchObject({ code: 0, tenants: 2, done: 0 });
    const rows = await query(
      `select version, count(*)::int, bool_and(seals_from > now() + interval '300 s') as later from data_key group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { version: 1, count: 14, later: false },
      { version: 2, count: 14, later: true },
    ]);
    const identity = { table: 'verification', column: 'reference', rowId: 'ver_x', tenantId: mine.tenantId };
    const before = (await (await replica()).open(mine.tenantId)).encrypt('report', identity, Buffer.from('x'));
    expect(before.readUInt16BE(1)).toBe(1);
    expect((await lines('data-key.rotate')).map(({ target }) => target)).toContain('report/2');
    expect(await lines('data-key.rotate')).toHaveLength(14);
  });

  it('lets the new version seal when its time has come; a replica that read it before opens that', async () => {
    const early = await (await replica()).open(mine.tenantId);
    await query('update data_key set seals_from = now()');
    const late = await (await replica()).open(mine.tenantId);
    const identity = { table: 'verification', column: 'reference', rowId: 'ver_x', tenantId: mine.tenantId };
    const sealed = late.encrypt('report', identity, Buffer.from('x'));
    expect(sealed.readUInt16BE(1)).toBe(2);
    expect(early.decrypt('report', identity, sealed)).toEqual(Buffer.from('x'));
    await readable();
  });

  it('refuses a purpose that there is not', async () => {
    expect((await runInTerminal(['keys', 'rotate', '--purpose', 'x'], env)).code).toBe(2);
  });
});

describe('jpki keys reencrypt', () => {
  it('knows every column that is sealed', async () => {
    const columns = await query(
      `select attrelid::regclass || '.' || attname as name from pg_attribute join pg_class c on c.oid = attrelid
       where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'key_store'::regnamespace)
         and atttypid = 'bytea'::regtype order by 1`,
    );
    const others = [
      ...['audit_timestamp.nodes', 'audit_timestamp.seals_root', 'audit_timestamp.timestamps_root'],
      ...['audit_timestamp.token', 'audit_timestamp.token_sha256'],
      ...['evidence_timestamp.manifest_sha256', 'evidence_timestamp.token'],
      ...['audit_batch.leaves', 'audit_key.private_key', 'audit_key.public_key', 'audit_seal.previous'],
      ...[
        'audit_seal.root',
        'audit_seal.signature',
        'certificate.certificate_sha256',
        'certificate.distribution_point',
      ],
      ...['certificate.issuer_key_sha256', 'certificate.serial_match', 'certificate.serial_number_mac'],
      ...[
        'client.certificate_sha256',
        'client_key.key_hash',
        'data_key.wrapped_key',
        'deployment_key.check_value',
        'hash_key.wrapped_key',
      ],
      ...['idempotency_key.answer', 'idempotency_key.body_hash', 'idempotency_key.key_hash'],
      ...['public_document.octets', 'public_document.sha256', 'deployment_rules.sha256', 'verification.reference_mac'],
    ];
    const sealed = columns.map(({ name }) => name as string).filter((name) => !others.includes(name));
    const known = [...SEALED_COLUMNS, ...Object.values(RECORD_COLUMNS).flat()];
    expect(sealed).toEqual([...new Set(known.map(({ table, column }) => `${table}.${column}`))].sort());
  });

  const evidence = () => query('select verification_id, signature, content, certificate from evidence order by 1');

  it('seals anew what the keys of tenants sealed, once: of records their keys alone; an altered one is told of', async () => {
    const before = await evidence();
    const [challenge] = await query('select id from challenge where tenant_id = $1', [theirs.tenantId]);
    await query(`update challenge set content = set_byte(content, 40, get_byte(content, 40) # 1) where id = $1`, [
      challenge.id,
    ]);
    const first = await keys('reencrypt');
    // the other challenge; of each tenant the key of a verification and of a subject
    expect(first).toMatchObject({ code: 1, tenants: 2, done: 5, unreadable: [`challenge.content ${challenge.id}`] });
    expect(await versionsOf('challenge', 'content')).toEqual([1, 2]);
    expect(await versionsOf('key_store.record_key', 'wrapped')).toEqual([2]);
    expect(await evidence()).toEqual(before);
    await readable();
    expect(await keys('reencrypt')).toMatchObject({ code: 1, done: 0 });
    expect((await lines('data-key.reencrypt')).map(({ target }) => target)).toContain('key_store.record_key.wrapped');
  });

  it('moves records from before under keys of their own, which open until then; an altered field stays as it was', async () => {
    const fields = Object.entries(RECORD_COLUMNS).flatMap(([kind, columns]) =>
      columns.map((column) => ({ kind: kind as 'verification', ...column })),
    );
    const sealed = await (await replica()).open(mine.tenantId);
    for (const { kind, table, record, id, column, purpose } of fields) {
      const rows = await query(
        `select t.${id} as id, t.${record} as record, t.${column} as sealed, k.wrapped from ${table} t
         join key_store.record_key k on k.record_id = t.${record} where t.tenant_id = $1 and t.${column} is not null`,
        [mine.tenantId],
      );
      for (const row of rows) {
        const identity = { table, column, rowId: row.id, tenantId: mine.tenantId };
        const plaintext = sealed.openRecord(kind, row.record, row.wrapped).decrypt(purpose, identity, row.sealed);
        const older = sealed.encrypt(purpose, identity, plaintext);
        await query(`update ${table} set ${column} = $1 where ${id} = $2`, [older, row.id]);
      }
    }
    await query('delete from key_store.record_key where tenant_id = $1', [mine.tenantId]);
    await readable();
    await query(`update evidence set content = set_byte(content, 20, get_byte(content, 20) # 1) where tenant_id = $1`, [
      mine.tenantId,
    ]);
    // by a replica, under the login that may alter nothing else of these rows
    await keys('reencrypt', '--tenant', 'mine', '--detach');
    const vault = await replica();
    const lineOf = (tenantId: string, act: AuditAct, target: string | null, count: number) => ({
      ...{ tenantId, at: world.clock.now(), actor: 'system' as const, right: 'key-rotation', act, target, count },
      ...{ from: null, requestId: null },
    });
    const { database, clock } = world;
    await workOnRotations({ database, vault, keys: vault.keyEncryption, clock, lineOf, isStopping: () => false });
    const [told] = await query('select done::integer, unreadable from key_rotation order by asked_at desc limit 1');
    expect(told).toMatchObject({ unreadable: [`evidence.content ${verificationId}`] });
    // reference, attributes, signature, certificate, OCSP response; serial and attributes on file
    expect(told.done).toBe(7);
    await readable();
    const formats = await query(
      `select get_byte(reference, 0) as reference, get_byte(signature, 0) as signature, get_byte(content, 0) as content
       from verification join evidence on verification_id = id where id = $1`,
      [verificationId],
    );
    expect(formats).toEqual([{ reference: 2, signature: 2, content: 1 }]);
    expect(await query('select 1 from key_store.record_key where tenant_id = $1', [mine.tenantId])).toHaveLength(2);
    expect(await keys('reencrypt', '--tenant', 'mine')).toMatchObject({ code: 1, done: 0 });
  });
});

describe('jpki keys rewrap', () => {
  const keyIds = () =>
    query(`select distinct case get_byte(wrapped, 0) when 1 then 'file/' || get_byte(wrapped, 2)
        else convert_from(substr(wrapped, 3, get_byte(wrapped, 1)), 'UTF8') end as id
      from (select wrapped_key as wrapped from data_key union all select private_key from audit_key) w order by 1`).then(
      (rows) => rows.map(({ id }) => id),
    );

  it('wraps all under a key that was added to the file; a replica that runs reads the file again', async () => {
    const running = await replica();
    expect(await keys('rewrap')).toMatchObject({ code: 0, done: 0, keyId: 'file/1' });
    expect(await keys('add')).toEqual({ code: 0, keyId: 'file/2' });
    expect(await keys('rewrap', '--tenant', 'mine')).toMatchObject({ code: 0, done: 14, keyId: 'file/2' });
    expect(await keyIds()).toEqual(['file/1', 'file/2']);
    expect(await keys('rewrap')).toMatchObject({ code: 0, done: 15, keyId: 'file/2' }); // with the key of the seals
    expect(await keyIds()).toEqual(['file/2']);
    await running.open(mine.tenantId);
    await running.open(theirs.tenantId);
    expect((await lines('key-encryption-key.create')).map(({ target }) => target)).toEqual(['file/2']);
    expect((await lines('data-key.rewrap')).map(({ count }) => count).sort()).toEqual([1, 14, 14]);
  });

  it('moves all to another provider, told what an altered and a swapped wrapping are', async () => {
    Object.assign(env, {
      ...{ KEY_PROVIDER: 'vault-transit', VAULT_TRANSIT_KEY: 'jpki' },
      ...{ VAULT_ADDR: transit.server.url, VAULT_TOKEN: TOKEN },
    });
    const swap = `update data_key d set wrapped_key = o.wrapped_key from data_key o
      where d.tenant_id = o.tenant_id and d.version = 1 and o.version = 1 and d.tenant_id = $1
        and (d.purpose, o.purpose) in (('serial', 'report'), ('report', 'serial'))`;
    await query(swap, [theirs.tenantId]);
    const told = await keys('rewrap');
    expect(told).toMatchObject({
      ...{ code: 1, done: 27, keyId: 'vault-transit/jpki/1' },
      unreadable: [`data_key ${theirs.tenantId} report/1`, `data_key ${theirs.tenantId} serial/1`],
    });
    await query(swap, [theirs.tenantId]);
    expect(await keys('rewrap')).toMatchObject({ code: 0, done: 2 });
    expect(await keyIds()).toEqual(['vault-transit/jpki/1']);
    transit.rotate();
    expect(await keys('rewrap')).toMatchObject({ code: 0, done: 29, keyId: 'vault-transit/jpki/2' });
    expect(await keyIds()).toEqual(['vault-transit/jpki/2']);
  });

  it('stops with a sentence while the provider is away, and goes on afterwards', async () => {
    transit.rotate();
    transit.server.answer = (response) => response.writeHead(503).end();
    const away = await runInTerminal(['keys', 'rewrap'], env);
    expect([away.code, away.err]).toEqual([1, [expect.stringMatching(/^Vault cannot encrypt right now/)]]);
    transit.server.answer = undefined;
    expect(await keys('rewrap')).toMatchObject({ code: 0, done: 29, keyId: 'vault-transit/jpki/3' });
  });

  it('is not for the application: its login can alter no key', async () => {
    const { DATABASE_ADMIN_URL: _, ...asLogin } = env;
    transit.rotate();
    const { code } = await runInTerminal(['keys', 'rewrap'], asLogin);
    expect(code).toBe(1);
    expect(await keyIds()).toEqual(['vault-transit/jpki/3']);
  });
});

describe('jpki keys rotate-hash-key', () => {
  it('moves what is stored, tells how far it is, and retires the former key', async () => {
    const rotated = await keys('rotate-hash-key', '--purpose', 'serial-match');
    expect(rotated).toMatchObject({ code: 0, state: 'done', tenants: 2, unreadable: [] });
    const status = await keys('status');
    expect(status).toMatchObject({
      code: 0,
      rotations: expect.arrayContaining([
        expect.objectContaining({ id: rotated.rotationId, kind: 'rehash', purposes: ['serial-match'], state: 'done' }),
      ]),
      hashKeys: [
        ...[expect.objectContaining({ purpose: 'api-key', version: 1, state: 'leads' })],
        ...[expect.objectContaining({ purpose: 'serial-match', version: 2, state: 'leads' })],
        ...[expect.objectContaining({ purpose: 'serial-number-mac', version: 1, state: 'leads' })],
        ...[expect.objectContaining({ purpose: 'lookup', version: 1, state: 'leads' })],
      ],
    });
    expect(await query('select distinct serial_match_version as version from certificate')).toEqual([{ version: 2 }]);
  });

  it('tells whose API key would be refused, and refuses it only when told to', async () => {
    expect(await keys('rotate-hash-key', '--purpose', 'api-key')).toMatchObject({ code: 0, state: 'done' });
    const { code, out, err } = await runInTerminal(['keys', 'retire-hash-key', '--purpose', 'api-key'], env);
    expect([code, out]).toEqual([1, [expect.stringMatching(/^Nothing was done/)]]);
    expect(err).toContainEqual(expect.stringMatching(/^Not used since the rotation began: cli_\w+ of mine$/));
    const told = await runInTerminal(['keys', 'status'], env);
    expect(told.out).toContainEqual(expect.stringMatching(/^key of cli_\w+ of mine: not used since/));
    expect(told.out).toContain('hash key api-key/1: before');
    expect(await keys('retire-hash-key', '--purpose', 'api-key', '--anyway')).toEqual({ code: 0, outcome: 'retired' });
    expect(await keys('retire-hash-key', '--purpose', 'api-key')).toEqual({ code: 0, outcome: 'nothing-to-retire' });
  });

  it('leaves the work to the replicas when asked to', async () => {
    const { rotationId } = await keys('rotate-hash-key', '--purpose', 'serial-number-mac', '--detach');
    const states = () => query('select state from key_rotation where id = $1', [rotationId]);
    expect(await states()).toEqual([{ state: 'running' }]);
    const retirement = await keys('retire-hash-key', '--purpose', 'serial-number-mac');
    expect(retirement).toEqual({ code: 1, outcome: 'still-running' });
    expect(await keys('rotate-hash-key', '--purpose', 'serial-number-mac')).toMatchObject({
      rotationId,
      state: 'done',
    });
    expect(await states()).toEqual([{ state: 'done' }]);
  });

  it.each([[[]], [['--purpose', 'serial']], [['--purpose', 'lookup', '--tenant', 'mine']]])(
    'refuses %j',
    async (args) => {
      expect((await runInTerminal(['keys', 'rotate-hash-key', ...args], env)).code).toBe(2);
    },
  );
});

describe('jpki keys rotate-seal-key', () => {
  it('makes the key that signs from then on, which a replica opens', async () => {
    const { code, keyId } = await keys('rotate-seal-key');
    const [newest] = await query('select key_id from audit_key order by valid_from desc limit 1');
    expect([code, newest?.key_id]).toEqual([0, keyId]);
    const provider = 'vault-transit' as const;
    const settings = { address: transit.server.url, mount: 'transit', key: 'jpki', namespace: undefined };
    const token = { value: TOKEN };
    const vault = await replica({
      keys: { provider, cacheSeconds: 60, transit: { ...settings, token }, kms: undefined },
    });
    const sealKeys = createSealKeys(world.database, vault.deployment);
    const now = Date.parse('2026-11-22T03:00:01Z');
    const { signer } = await world.database.knex.transaction((trx) => sealKeys.current(trx, now));
    expect(signer.keyId).toBe(keyId);
    expect(await lines('audit-key.create')).toContainEqual(expect.objectContaining({ target: keyId }));
  });
});
