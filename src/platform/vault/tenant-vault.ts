import type { TenantKeys } from './data-keys.ts';
import { authenticatedData } from './frames.ts';
import { createRecordVault, makeRecordKey, openRecordKey } from './record-vault.ts';
import { seal, unseal } from './sealed-box.ts';
import {
  type FieldIdentity,
  type KeyPurpose,
  RECORD_KEY_PURPOSE,
  type RecordKind,
  type TenantVault,
  VaultError,
} from './vault.ts';

export function createTenantVault(tenantId: string, keys: TenantKeys): TenantVault {
  const keysOf = (purpose: KeyPurpose, identity: FieldIdentity) => {
    const known = keys.get(purpose);
    if (known === undefined || identity.tenantId !== tenantId) throw new VaultError('a value of another tenant');
    return known;
  };
  const fields = {
    encrypt: (purpose: KeyPurpose, identity: FieldIdentity, plaintext: Uint8Array) => {
      const { newest, versions } = keysOf(purpose, identity);
      const key = versions.get(newest);
      if (key === undefined) throw new VaultError(`no data key for ${purpose}`);
      return seal(key, newest, authenticatedData(purpose, identity), plaintext);
    },
    decrypt: (purpose: KeyPurpose, identity: FieldIdentity, ciphertext: Uint8Array) => {
      const { versions } = keysOf(purpose, identity);
      return unseal((version) => versions.get(version), authenticatedData(purpose, identity), ciphertext);
    },
  };
  const placeOf = (id: string) => ({ table: 'key_store.record_key', column: 'wrapped', rowId: id, tenantId });
  return {
    ...fields,
    newRecord(kind: RecordKind, id: string) {
      const { key, wrapped } = makeRecordKey((secret) => fields.encrypt(RECORD_KEY_PURPOSE[kind], placeOf(id), secret));
      return { ...createRecordVault(tenantId, key, fields), wrapped };
    },
    openRecord(kind: RecordKind, id: string, wrapped: Uint8Array | null) {
      const key =
        wrapped === null ? undefined : openRecordKey(fields.decrypt(RECORD_KEY_PURPOSE[kind], placeOf(id), wrapped));
      return createRecordVault(tenantId, key, fields);
    },
  };
}
