import type { TenantKeys } from './data-keys.ts';
import { frame } from './frames.ts';
import { seal, unseal } from './sealed-box.ts';
import { type FieldIdentity, type KeyPurpose, type TenantVault, VaultError } from './vault.ts';

export function createTenantVault(tenantId: string, keys: TenantKeys): TenantVault {
  const keysOf = (purpose: KeyPurpose, identity: FieldIdentity) => {
    const known = keys.get(purpose);
    if (known === undefined || identity.tenantId !== tenantId) throw new VaultError('a value of another tenant');
    return known;
  };
  return {
    encrypt: (purpose, identity, plaintext) => {
      const { newest, versions } = keysOf(purpose, identity);
      const key = versions.get(newest);
      if (key === undefined) throw new VaultError(`no data key for ${purpose}`);
      return seal(key, newest, authenticatedData(purpose, identity), plaintext);
    },
    decrypt: (purpose, identity, ciphertext) => {
      const { versions } = keysOf(purpose, identity);
      return unseal((version) => versions.get(version), authenticatedData(purpose, identity), ciphertext);
    },
  };
}

const authenticatedData = (purpose: KeyPurpose, identity: FieldIdentity): Buffer =>
  frame(purpose, identity.table, identity.column, identity.rowId, identity.tenantId);
