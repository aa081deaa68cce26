import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createVault } from '../../../src/platform/vault/create-vault.ts';
import type { FieldIdentity, Vault } from '../../../src/platform/vault/vault.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { ask } from '../database/embedded/running-service.ts';

let test: TestDatabase;
let database: Database;
let directory: string;
let keyFile: string;
const openVault = (file = keyFile) => createVault({ keyFile: file, database, log: silentLog });

beforeAll(async () => {
  test = await createTestDatabase();
  database = createDatabase({ url: test.url, poolSize: 8, ...PATIENT_DATABASE, log: silentLog });
});
afterAll(async () => {
  await database?.close();
  await test?.drop();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jpki-vault-'));
  keyFile = join(directory, 'keys.json');
});
afterEach(async () => {
  await ask(test.superuserUrl, 'truncate tenant, data_key, deployment_key cascade');
  rmSync(directory, { recursive: true, force: true });
});

const refill = async (): Promise<string> => {
  const tenantId = randomUUID();
  await database.inTenant(tenantId, (trx) =>
    trx('tenant').insert({
      id: tenantId,
      name: `t-${tenantId}`,
      role: 'verifier',
      policy: '{}',
      created_at: new Date('2026-11-22T12:00:00Z'),
    }),
  );
  return tenantId;
};
const field = (tenantId: string, change: Partial<FieldIdentity> = {}): FieldIdentity => ({
  table: 'subject_attributes',
  column: 'attributes',
  rowId: 'att_1',
  tenantId,
  ...change,
});
const TEXT = Buffer.from('番号 花子');

describe('a sealed field', () => {
  let vault: Vault;
  let tenantId: string;
  beforeEach(async () => {
    vault = await openVault();
    tenantId = await refill();
  });

  it('is opened where it was sealed, whatever its length', async () => {
    const tenant = await vault.open(tenantId);
    for (const length of [0, 1, 16, 100_000]) {
      const plaintext = Buffer.alloc(length, 7);
      expect(
        tenant.decrypt('attributes', field(tenantId), tenant.encrypt('attributes', field(tenantId), plaintext)),
      ).toEqual(plaintext);
    }
  });

  it('does not show its content, nor that two contents are the same', async () => {
    const tenant = await vault.open(tenantId);
    const one = tenant.encrypt('attributes', field(tenantId), TEXT);
    const two = tenant.encrypt('attributes', field(tenantId), TEXT);
    expect(one.includes(TEXT)).toBe(false);
    expect(one.equals(two)).toBe(false);
  });

  it('is refused with any single bit changed, cut short or made longer', async () => {
    const tenant = await vault.open(tenantId);
    const sealed = tenant.encrypt('attributes', field(tenantId), TEXT);
    const open = (octets: Buffer) => () => tenant.decrypt('attributes', field(tenantId), octets);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(changed)).toThrow(expect.objectContaining({ name: 'VaultError' }));
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(open(sealed.subarray(0, length))).toThrow(expect.objectContaining({ name: 'VaultError' }));
    }
    expect(open(Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow(expect.objectContaining({ name: 'VaultError' }));
    expect(open(sealed)()).toEqual(TEXT);
  });

  it.each([
    ['table', { table: 'subject' }],
    ['column', { column: 'attribute' }],
    ['row', { rowId: 'att_2' }],
    // the same octets, divided differently
    ['division', { table: 'subject_attributesa', column: 'ttributes' }],
    ['boundary', { column: 'attributesatt_1', rowId: '' }],
  ])('is refused at another %s', async (_what, change) => {
    const tenant = await vault.open(tenantId);
    const sealed = tenant.encrypt('attributes', field(tenantId), TEXT);
    expect(() => tenant.decrypt('attributes', field(tenantId, change), sealed)).toThrow(/altered, moved/);
  });

  it('is refused for another purpose and another tenant', async () => {
    const tenant = await vault.open(tenantId);
    const otherId = await refill();
    const other = await vault.open(otherId);
    const sealed = tenant.encrypt('attributes', field(tenantId), TEXT);
    expect(() => tenant.decrypt('report', field(tenantId), sealed)).toThrow(/altered, moved/);
    expect(() => other.decrypt('attributes', field(otherId), sealed)).toThrow(/altered, moved/);
    expect(() => other.decrypt('attributes', field(tenantId), sealed)).toThrow(/another tenant/);
    expect(() => tenant.encrypt('attributes', field(otherId), TEXT)).toThrow(/another tenant/);
  });

  it('can be opened after a restart, by another replica with the same key file', async () => {
    const sealed = (await vault.open(tenantId)).encrypt('evidence', field(tenantId), TEXT);
    const replica = await openVault();
    expect((await replica.open(tenantId)).decrypt('evidence', field(tenantId), sealed)).toEqual(TEXT);
  });
});

describe('data keys', () => {
  it('are made at the first use, and not stored as they are', async () => {
    const vault = await openVault();
    const tenantId = await refill();
    await vault.open(tenantId);
    const rows = await database.inTenant(tenantId, (trx) =>
      trx('data_key').select('purpose', 'version', 'wrapped_key'),
    );
    expect(rows.map((row) => row.purpose).sort()).toEqual([
      'attributes',
      'evidence',
      'face',
      'idempotency',
      'my-number',
      'report',
      'serial',
    ]);
    expect(new Set(rows.map((row) => row.version))).toEqual(new Set([1]));
    expect(rows.every((row) => row.wrapped_key.length === 3 + 12 + 16 + 32)).toBe(true);
  });

  it('are the same ones for twenty replicas that need them at once', async () => {
    const tenantId = await refill();
    const vaults = await Promise.all(Array.from({ length: 20 }, () => openVault()));
    const tenants = await Promise.all(vaults.map((vault) => vault.open(tenantId)));
    for (const [index, tenant] of tenants.entries()) {
      const reader = tenants[(index + 1) % tenants.length];
      expect(reader?.decrypt('serial', field(tenantId), tenant.encrypt('serial', field(tenantId), TEXT))).toEqual(TEXT);
    }
  });

  it('are read once: later openings ask the database nothing', async () => {
    const vault = await openVault();
    const tenantId = await refill();
    const opened = await vault.open(tenantId);
    await ask(test.superuserUrl, 'truncate data_key');
    expect(await vault.open(tenantId)).toBe(opened);
  });

  it('of an unknown tenant are not made, and the failure is not remembered', async () => {
    const vault = await openVault();
    const tenantId = randomUUID();
    await expect(vault.open(tenantId)).rejects.toMatchObject({ code: '23503' });
    await database.inTenant(tenantId, (trx) =>
      trx('tenant').insert({
        id: tenantId,
        name: `t-${tenantId}`,
        role: 'verifier',
        policy: '{}',
        created_at: new Date(0),
      }),
    );
    expect(await vault.open(tenantId)).toBeDefined();
  });

  it('do not open when one was put in the place of another', async () => {
    const tenantId = await refill();
    await (await openVault()).open(tenantId);
    await ask(
      test.superuserUrl,
      `update data_key set wrapped_key = (select wrapped_key from data_key where purpose = 'serial') where purpose = 'report'`,
    );
    await expect((await openVault()).open(tenantId)).rejects.toMatchObject({ name: 'VaultError' });
  });
});

describe('keyed hashes', () => {
  const issuer = Buffer.alloc(32, 1);
  const serial = Buffer.from([1, 2, 3]);

  it('are stable over restarts, of 32 octets, and differ by purpose, tenant, issuer and serial', async () => {
    const { hashes } = await openVault();
    const again = (await openVault()).hashes;
    const made = [
      hashes.apiKey('jpk_1'),
      hashes.apiKey('jpk_2'),
      hashes.serialMatch(issuer, serial),
      hashes.serialMatch(Buffer.alloc(32, 2), serial),
      hashes.serialMatch(issuer, Buffer.from([1, 2, 4])),
      hashes.serialNumberMac('tenant-a', issuer, serial),
      hashes.serialNumberMac('tenant-b', issuer, serial),
      hashes.requestBody('tenant-a', serial),
      hashes.requestBody('tenant-b', serial),
      hashes.lookup('tenant-a', 'reference', 'APP-1'),
      hashes.lookup('tenant-b', 'reference', 'APP-1'),
      hashes.lookup('tenant-a', 'idempotency-key', 'APP-1'),
      hashes.lookup('tenant-a', 'reference', 'APP-2'),
    ];
    expect(made.every((hash) => hash.length === 32)).toBe(true);
    expect(new Set(made.map((hash) => hash.toString('hex'))).size).toBe(made.length);
    expect(again.serialNumberMac('tenant-a', issuer, serial)).toEqual(made[5]);
    expect(again.serialMatch(issuer, serial)).toEqual(made[2]);
  });

  it('are not fooled by moving the boundary between issuer and serial', async () => {
    const { hashes } = await openVault();
    const moved = hashes.serialMatch(issuer.subarray(0, 31), Buffer.concat([issuer.subarray(31), serial]));
    expect(moved).not.toEqual(hashes.serialMatch(issuer, serial));
  });
});

describe('the key file', () => {
  it('is made at the first start, for its owner alone, and read at later ones', async () => {
    await openVault();
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyFile, 'utf8');
    await openVault();
    expect(readFileSync(keyFile, 'utf8')).toBe(before);
  });

  it('is one and the same for twenty first starts at once on one directory', async () => {
    const vaults = await Promise.all(Array.from({ length: 20 }, () => openVault()));
    expect(new Set(vaults.map((vault) => vault.hashes.apiKey('jpk_1').toString('hex'))).size).toBe(1);
  });

  it('when lost, is not replaced: the start is refused with a sentence', async () => {
    await openVault();
    rmSync(keyFile);
    await expect(openVault()).rejects.toMatchObject({
      name: 'VaultError',
      message: expect.stringMatching(/is missing.*put it back/),
    });
    expect(existsSync(keyFile)).toBe(false);
  });

  it('of another deployment is refused with a sentence, and stays', async () => {
    await openVault();
    const otherDatabase = await createTestDatabase();
    const other = createDatabase({ url: otherDatabase.url, poolSize: 1, ...PATIENT_DATABASE, log: silentLog });
    const otherFile = join(directory, 'other.json');
    try {
      await createVault({ keyFile: otherFile, database: other, log: silentLog });
    } finally {
      await other.close();
      await otherDatabase.drop();
    }
    await expect(openVault(otherFile)).rejects.toMatchObject({
      message: expect.stringMatching(/is not the one that this database was written with/),
    });
    expect(existsSync(otherFile)).toBe(true);
  });

  it('of two first starts with two directories one wins; the other is refused and keeps no key file', async () => {
    const second = join(directory, 'second.json');
    const both = await Promise.allSettled([openVault(), openVault(second)]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([keyFile, second].filter((file) => existsSync(file))).toHaveLength(1);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'SENTINEL-secret'],
    ['null', 'null'],
    ['another version', '{"version":2,"keys":{}}'],
    ['a key too few', '{"version":1,"keys":{}}'],
    [
      'a short key',
      '{"version":1,"keys":{"keyEncryption":"AAAA","apiKey":"AAAA","serialMatch":"AAAA","tenantHash":"AAAA"}}',
    ],
  ])('with %s in it is refused, untouched and not quoted', async (_what, content) => {
    writeFileSync(keyFile, content);
    const error = await openVault().catch((caught: Error) => caught);
    expect(error).toMatchObject({
      name: 'VaultError',
      message: expect.stringMatching(/is not one that this version wrote/),
    });
    expect(String((error as Error).stack)).not.toContain('SENTINEL');
    expect(readFileSync(keyFile, 'utf8')).toBe(content);
  });
});
