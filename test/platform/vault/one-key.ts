import { createSecretKey } from 'node:crypto';
import { createFileProvider } from '../../../src/platform/vault/file-provider.ts';
import { createKeyEncryption, type KeyEncryption } from '../../../src/platform/vault/key-encryption.ts';

/** A key file of one key-encryption key. */
export function oneKey(octets: Uint8Array): KeyEncryption {
  return createKeyEncryption(createFileProvider(new Map([[1, createSecretKey(octets)]])));
}
