import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTenantVault } from '../../../src/platform/vault/tenant-vault.ts';
import { KEY_PURPOSES, RecordShredded, type TenantVault, VaultError } from '../../../src/platform/vault/vault.ts';

const TENANT = '7f2c1a52-0000-4000-8000-000000000001';
const TEXT = Buffer.from('番号 花子');
const place = (rowId = 'ver_1', tenantId = TENANT) => ({ table: 'evidence', column: 'content', rowId, tenantId });

/** Two versions of every key, of which `newest` seals. */
const secrets = KEY_PURPOSES.map((purpose) => [purpose, [1, 2].map(() => createSecretKey(randomBytes(32)))] as const);
function vaultOf(tenantId = TENANT, newest = 1): TenantVault {
  const versions = secrets.map(([purpose, keys]) => {
    return [purpose, { newest, versions: new Map(keys.map((key, index) => [index + 1, key])) }] as const;
  });
  return createTenantVault(tenantId, new Map(versions));
}
const refusal = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a record', () => {
  const vault = vaultOf();
  const record = vault.newRecord('verification', 'ver_1');
  const sealed = record.encrypt('evidence', place(), TEXT);

  it('is opened by its own key, and by nothing else that the tenant has', () => {
    expect(vault.openRecord('verification', 'ver_1', record.wrapped).decrypt('evidence', place(), sealed)).toEqual(
      TEXT,
    );
    for (const purpose of KEY_PURPOSES) {
      expect(refusal(() => vault.decrypt(purpose, place(), sealed))).toBeInstanceOf(VaultError);
    }
    const other = vault.newRecord('verification', 'ver_1');
    expect(refusal(() => other.decrypt('evidence', place(), sealed))).toBeInstanceOf(VaultError);
    expect(record.wrapped).toHaveLength(3 + 12 + 16 + 32);
    expect(record.wrapped.equals(vault.newRecord('verification', 'ver_1').wrapped)).toBe(false);
  });

  it('whose key is gone is shredded: said so, and neither opened nor sealed', () => {
    const gone = vault.openRecord('verification', 'ver_1', null);
    expect(refusal(() => gone.decrypt('evidence', place(), sealed))).toBeInstanceOf(RecordShredded);
    expect(refusal(() => gone.encrypt('evidence', place(), TEXT))).toBeInstanceOf(RecordShredded);
  });

  it('from before records had keys opens as it did', () => {
    const older = vault.encrypt('evidence', place(), TEXT);
    for (const wrapped of [null, record.wrapped]) {
      expect(vault.openRecord('verification', 'ver_1', wrapped).decrypt('evidence', place(), older)).toEqual(TEXT);
    }
  });

  it('opens when its key was wrapped under an earlier key of the tenant', () => {
    const later = vaultOf(TENANT, 2);
    expect(later.openRecord('verification', 'ver_1', record.wrapped).decrypt('evidence', place(), sealed)).toEqual(
      TEXT,
    );
    expect(later.newRecord('verification', 'ver_1').wrapped.readUInt16BE(1)).toBe(2);
  });

  it.each([
    ['of another record', 'verification', 'ver_2'],
    ['of another kind', 'subject', 'ver_1'],
  ] as const)('does not take the key %s', (_what, kind, id) => {
    const { wrapped } = vault.newRecord(kind, id);
    const error = refusal(() => vault.openRecord('verification', 'ver_1', wrapped));
    expect([error instanceof VaultError, error instanceof RecordShredded]).toEqual([true, false]);
  });

  it('does not take a key, nor a field, of another tenant', () => {
    const theirs = '7f2c1a52-0000-4000-8000-000000000002';
    const { wrapped } = vaultOf(theirs).newRecord('verification', 'ver_1');
    expect(refusal(() => vault.openRecord('verification', 'ver_1', wrapped))).toBeInstanceOf(VaultError);
    for (const work of [
      () => record.encrypt('evidence', place('ver_1', theirs), TEXT),
      () => record.decrypt('evidence', place('ver_1', theirs), sealed),
    ]) {
      expect(refusal(work)).toBeInstanceOf(VaultError);
    }
  });

  it('shows an altered key, an altered field and a moved field, octet by octet', () => {
    for (let at = 0; at < record.wrapped.length; at++) {
      const altered = Buffer.from(record.wrapped);
      altered[at] = (altered[at] as number) ^ 1;
      expect([at, refusal(() => vault.openRecord('verification', 'ver_1', altered))]).toEqual([
        at,
        expect.any(VaultError),
      ]);
    }
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] as number) ^ 1;
      expect([at, refusal(() => record.decrypt('evidence', place(), altered))]).toEqual([at, expect.any(VaultError)]);
    }
    expect(refusal(() => record.decrypt('evidence', place('ver_2'), sealed))).toBeInstanceOf(VaultError);
    expect(refusal(() => record.decrypt('report', place(), sealed))).toBeInstanceOf(VaultError);
    for (const length of [0, 1, 30]) {
      expect(refusal(() => record.decrypt('evidence', place(), sealed.subarray(0, length)))).toBeInstanceOf(VaultError);
    }
  });
});
