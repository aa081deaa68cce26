import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEncryptionProvider } from '../../../src/platform/vault/key-encryption.ts';
import { KeysUnavailable, VaultError } from '../../../src/platform/vault/vault.ts';

export interface ProviderUnderTest {
  readonly provider: KeyEncryptionProvider;
  /** Another one of the same kind that holds other keys. */
  readonly stranger: KeyEncryptionProvider;
  /** From now on the newest key is another one; the earlier ones still unwrap. */
  rotate(): Promise<void> | void;
  /** Undefined where nothing can be away. */
  readonly outage: { begin(): void; end(): void } | undefined;
  stop(): Promise<void>;
}

const SECRET = Buffer.alloc(32, 7);
const CONTEXT = ['data_key', 'tenant', 'serial', '1'];
const OTHER_CONTEXTS = [
  ['data_key', 'tenant', 'serial', '2'],
  ['data_key', 'tenant', 'report', '1'],
  ['data_key', 'tenan', 'tserial', '1'],
  ['data_key', 'tenant/serial', '1'],
  ['data_key', 'tenant', 'serial', '1', ''],
  [],
];

/** What every holder of key-encryption keys does. */
export function describeProvider(name: string, start: () => Promise<ProviderUnderTest>): void {
  describe(`a key-encryption provider: ${name}`, () => {
    let tested: ProviderUnderTest;
    beforeAll(async () => {
      tested = await start();
    });
    afterAll(() => tested?.stop());

    it('unwraps what it wrapped, under other octets each time, which do not hold the secret', async () => {
      const { provider } = tested;
      const one = await provider.wrap(CONTEXT, SECRET);
      const two = await provider.wrap(CONTEXT, SECRET);
      expect(await provider.unwrap(CONTEXT, one)).toEqual(SECRET);
      expect(await provider.unwrap(CONTEXT, two)).toEqual(SECRET);
      expect(one.octets.equals(two.octets)).toBe(false);
      expect(one.octets.includes(SECRET)).toBe(false);
      expect(one.keyId).toBe(two.keyId);
      expect(one.keyId.startsWith(`${provider.name}/`)).toBe(true);
    });

    it.each(OTHER_CONTEXTS.map((context) => [context.join(' '), context]))(
      'refuses the context [%s]',
      async (_, context) => {
        const wrapped = await tested.provider.wrap(CONTEXT, SECRET);
        await expect(tested.provider.unwrap(context as string[], wrapped)).rejects.toThrow(VaultError);
      },
    );

    it('refuses any octet altered, and less or more of them', async () => {
      const wrapped = await tested.provider.wrap(CONTEXT, SECRET);
      const refused = (octets: Buffer) =>
        expect(tested.provider.unwrap(CONTEXT, { ...wrapped, octets })).rejects.toThrow(VaultError);
      for (let at = 0; at < wrapped.octets.length; at++) {
        const altered = Buffer.from(wrapped.octets);
        altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
        await refused(altered);
      }
      await refused(wrapped.octets.subarray(0, -1));
      await refused(Buffer.concat([wrapped.octets, Buffer.alloc(1)]));
      await refused(Buffer.alloc(0));
    });

    it('refuses what is said to be under another key, and what others wrapped', async () => {
      const wrapped = await tested.provider.wrap(CONTEXT, SECRET);
      const elsewhere = { ...wrapped, keyId: `${tested.provider.name}/other/9` };
      await expect(tested.provider.unwrap(CONTEXT, elsewhere)).rejects.toThrow(VaultError);
      const foreign = await tested.stranger.wrap(CONTEXT, SECRET);
      await expect(tested.provider.unwrap(CONTEXT, foreign)).rejects.toThrow(VaultError);
    });

    it('wraps under the newest key and unwraps under the earlier ones', async () => {
      const before = await tested.provider.wrap(CONTEXT, SECRET);
      await tested.rotate();
      const after = await tested.provider.wrap(CONTEXT, SECRET);
      expect(after.keyId).not.toBe(before.keyId);
      expect(await tested.provider.unwrap(CONTEXT, before)).toEqual(SECRET);
      expect(await tested.provider.unwrap(CONTEXT, after)).toEqual(SECRET);
      await expect(tested.provider.unwrap(CONTEXT, { ...before, keyId: after.keyId })).rejects.toThrow(VaultError);
    });

    it('away: says that keys cannot be had, without the secret, and recovers by itself', async () => {
      const { provider, outage } = tested;
      if (outage === undefined) return;
      const wrapped = await provider.wrap(CONTEXT, SECRET);
      outage.begin();
      const errors = await Promise.all([
        provider.wrap(CONTEXT, SECRET).catch((error: unknown) => error),
        provider.unwrap(CONTEXT, wrapped).catch((error: unknown) => error),
      ]);
      for (const error of errors) {
        expect(error).toBeInstanceOf(KeysUnavailable);
        expect(String((error as Error).stack)).not.toContain(SECRET.toString('base64'));
        expect(String((error as Error).stack)).not.toContain('SENTINEL');
      }
      outage.end();
      expect(await provider.unwrap(CONTEXT, wrapped)).toEqual(SECRET);
    });
  });
}
