import { createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';
import { authenticatedData } from './frames.ts';
import { isSealedInRecord, sealInRecord, unsealInRecord } from './sealed-box.ts';
import { type FieldVault, RecordShredded, VaultError } from './vault.ts';

const KEY_OCTETS = 32;
/** Of the key that is being made, and of no other time. */
const secret = Buffer.alloc(KEY_OCTETS);

export function makeRecordKey(wrap: (secret: Uint8Array) => Buffer): {
  readonly key: KeyObject;
  readonly wrapped: Buffer;
} {
  try {
    randomFillSync(secret);
    return { key: createSecretKey(secret), wrapped: wrap(secret) };
  } finally {
    secret.fill(0);
  }
}

export function openRecordKey(unwrapped: Buffer): KeyObject {
  if (unwrapped.length !== KEY_OCTETS) throw new VaultError('the key of a record is not of 32 octets');
  const key = createSecretKey(unwrapped);
  unwrapped.fill(0);
  return key;
}

/** `key` undefined: it is gone, or there never was one. `before`: what opens fields from before records had keys. */
export function createRecordVault(
  tenantId: string,
  key: KeyObject | undefined,
  before: Pick<FieldVault, 'decrypt'>,
): FieldVault {
  return {
    encrypt(purpose, identity, plaintext) {
      if (identity.tenantId !== tenantId) throw new VaultError('a value of another tenant');
      if (key === undefined) throw new RecordShredded();
      return sealInRecord(key, authenticatedData(purpose, identity), plaintext);
    },
    decrypt(purpose, identity, ciphertext) {
      if (!isSealedInRecord(ciphertext)) return before.decrypt(purpose, identity, ciphertext);
      if (identity.tenantId !== tenantId) throw new VaultError('a value of another tenant');
      if (key === undefined) throw new RecordShredded();
      return unsealInRecord(key, authenticatedData(purpose, identity), ciphertext);
    },
  };
}
