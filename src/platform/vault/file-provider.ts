import type { KeyObject } from 'node:crypto';
import { frame } from './frames.ts';
import type { KeyEncryptionProvider } from './key-encryption.ts';
import { seal, unseal } from './sealed-box.ts';
import { KeysUnavailable } from './vault.ts';

/** Key-encryption keys by version; the greatest wraps. */
export type KeyVersions = ReadonlyMap<number, KeyObject>;

/**
 * The key file. `reload` reads it again: before each wrapping, so that a key that was added wraps from then on, and for a
 * version that is not known yet, which another replica may have used already.
 */
export function createFileProvider(known: KeyVersions, reload?: () => Promise<KeyVersions>): KeyEncryptionProvider {
  let versions = known;
  const look = async () => {
    versions = (await reload?.().catch(() => undefined)) ?? versions;
  };
  return {
    name: 'file',
    async wrap(context, secret) {
      await look();
      const newest = Math.max(...versions.keys());
      const octets = seal(versions.get(newest) as KeyObject, newest, frame(...context), secret);
      return { keyId: `file/${newest}`, octets };
    },
    async unwrap(context, { keyId, octets }) {
      const version = Number(/^file\/(\d{1,5})$/.exec(keyId)?.[1]);
      if (!versions.has(version)) await look();
      const key = versions.get(version);
      if (key === undefined)
        throw new KeysUnavailable('the key file lacks a key that is in use: copy it to every replica');
      return unseal((sealedUnder) => (sealedUnder === version ? key : undefined), frame(...context), octets);
    },
  };
}
