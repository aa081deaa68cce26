import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEncryptionProvider } from '../../../src/platform/vault/key-encryption.ts';
import { createAskedThread } from '../../../src/platform/vault/pkcs11/asked-thread.ts';
import { createPkcs11Provider } from '../../../src/platform/vault/pkcs11-provider.ts';
import { KeysUnavailable, VaultError } from '../../../src/platform/vault/vault.ts';
import { describeProvider } from './provider-contract.ts';
import { PIN, SOFTHSM_MODULE, type SoftHsm, startSoftHsm, TOKEN } from './softhsm.ts';

const CONTEXT = ['data_key', 'tenant', 'serial', '1'];
const SECRET = Buffer.alloc(32, 7);

const settingsOf = (hsm: SoftHsm, key: string, formerKeys: readonly string[] = []) => ({
  ...{ modulePath: hsm.module, token: TOKEN, key, formerKeys },
  pin: { file: hsm.pinFile },
});
const whyOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

if (SOFTHSM_MODULE === undefined) {
  describe('PKCS#11', () => {
    it.skip('is not tried: SoftHSM is not installed (apt-get install softhsm2, or SOFTHSM2_MODULE)', () => undefined);
  });
} else {
  const module = SOFTHSM_MODULE;

  describeProvider('PKCS#11', async () => {
    const hsm = await startSoftHsm(module);
    for (const label of ['one', 'two', 'theirs']) hsm.addKey(label);
    let current = createPkcs11Provider(settingsOf(hsm, 'one'));
    return {
      provider: {
        name: 'pkcs11',
        wrap: (context, secret) => current.wrap(context, secret),
        unwrap: (context, wrapping) => current.unwrap(context, wrapping),
      },
      stranger: createPkcs11Provider(settingsOf(hsm, 'theirs')),
      rotate: () => {
        current = createPkcs11Provider(settingsOf(hsm, 'two', ['one']));
      },
      outage: { begin: hsm.remove, end: hsm.putBack },
      stop: async () => hsm.stop(),
    };
  });

  describe('PKCS#11', () => {
    let hsm: SoftHsm;
    let provider: KeyEncryptionProvider;
    beforeAll(async () => {
      hsm = await startSoftHsm(module);
      hsm.addKey('one', 32, 'beef');
      hsm.addKey('two');
      hsm.addKey('short', 16);
      hsm.addKey('twice');
      hsm.addKey('twice');
      provider = createPkcs11Provider(settingsOf(hsm, 'one'));
    });
    afterAll(() => hsm.stop());

    it('says which octets were altered and which token cannot be used', async () => {
      const { keyId, octets } = await provider.wrap(CONTEXT, SECRET);
      const altered = Buffer.from(octets);
      altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
      const error = await whyOf(provider.unwrap(CONTEXT, { keyId, octets: altered }));
      expect(error).toBeInstanceOf(VaultError);
      expect(error).not.toBeInstanceOf(KeysUnavailable);
      const moved = await whyOf(provider.unwrap(['elsewhere'], { keyId, octets }));
      expect(moved).not.toBeInstanceOf(KeysUnavailable);
      expect(await provider.unwrap(CONTEXT, { keyId, octets })).toEqual(SECRET);
    });

    it('takes a wrapping of the other key for one that does not open, under whichever name', async () => {
      const both = createPkcs11Provider(settingsOf(hsm, 'two', ['one']));
      const { octets } = await provider.wrap(CONTEXT, SECRET);
      const error = await whyOf(both.unwrap(CONTEXT, { keyId: 'pkcs11/two', octets }));
      expect([error instanceof VaultError, error instanceof KeysUnavailable]).toEqual([true, false]);
    });

    it('finds a key by its id as well', async () => {
      const byId = createPkcs11Provider(settingsOf(hsm, 'id:beef'));
      const { keyId, octets } = await byId.wrap(CONTEXT, SECRET);
      expect(keyId).toBe('pkcs11/id:beef');
      expect(await provider.unwrap(CONTEXT, { keyId: 'pkcs11/one', octets })).toEqual(SECRET);
    });

    it.each([
      ['a key of 128 bits', { key: 'short' }, /not one of AES-256/],
      ['two keys of one name', { key: 'twice' }, /not exactly one such key/],
      ['no such key', { key: 'three' }, /not exactly one such key/],
      ['no such token', { token: 'other' }, /no token with this label/],
      ['no such module', { modulePath: '/nowhere/SENTINEL.so' }, /module cannot be loaded/],
      ['a file that is no module', { modulePath: process.execPath }, /module cannot be loaded/],
      ['no file of the PIN', { pin: { file: '/nowhere/pin' } }, /file of the PIN/],
    ])('does without %s, and says so', async (_, more, why) => {
      const other = createPkcs11Provider({ ...settingsOf(hsm, 'one'), ...more });
      const error = await whyOf(other.wrap(CONTEXT, SECRET));
      expect(error).toBeInstanceOf(KeysUnavailable);
      expect(String((error as Error).stack)).toMatch(why);
      expect(String((error as Error).stack)).not.toMatch(/SENTINEL/);
      expect(await provider.wrap(CONTEXT, SECRET)).toMatchObject({ keyId: 'pkcs11/one' }); // others are not in its way
    });

    it('does not try a PIN again that was refused, and goes on by itself with the right one', async () => {
      hsm.setPin('SENTINEL-wrong');
      hsm.remove(); // so that no session of this process is logged in
      expect(await whyOf(provider.wrap(CONTEXT, SECRET))).toBeInstanceOf(KeysUnavailable);
      hsm.putBack();
      for (const why of [/CKR 0xa0/, /refused before/, /refused before/]) {
        const error = await whyOf(provider.wrap(CONTEXT, SECRET));
        expect(String((error as Error).stack)).toMatch(why);
        expect(String((error as Error).stack)).not.toMatch(/SENTINEL/);
      }
      hsm.setPin(PIN);
      expect(await provider.wrap(CONTEXT, SECRET)).toMatchObject({ keyId: 'pkcs11/one' });
    });
  });
}

describe('the thread that calls the token', () => {
  const data = { settings: { modulePath: '/nowhere', token: TOKEN }, pin: { value: PIN } };
  const question = { act: 'wrap', key: 'one', aad: SECRET, octets: SECRET } as const;
  const threadOf = (source: string, longestMs: number) =>
    createAskedThread(data, new URL(`data:text/javascript,${encodeURIComponent(source)}`), longestMs);

  it('that hangs is given up; a few of them, and the token is not asked any more', async () => {
    const thread = threadOf('setInterval(() => undefined, 1000)', 50);
    for (let time = 0; time < 2; time++) expect(await whyOf(thread.ask(question))).toBeInstanceOf(KeysUnavailable);
    await thread.stop();
  });

  it('that ends is followed by another, which is asked what was not answered', async () => {
    const source = `import { parentPort } from 'node:worker_threads';
      parentPort.once('message', () => { parentPort.postMessage({ outcome: 'altered' }); process.exit(); });`;
    const thread = threadOf(source, 60_000);
    const answers = await Promise.all([1, 2, 3].map(() => thread.ask(question).catch(() => 'ended')));
    expect(answers).toContainEqual({ outcome: 'altered' });
    await expect(thread.ask(question).catch(() => 'ended')).resolves.toBeDefined();
    await thread.stop();
  });

  it('is sent what it is asked and nothing that stands beside it', async () => {
    const source = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ octets }) =>
        parentPort.postMessage({ outcome: 'done', octets: Uint8Array.of(octets.buffer.byteLength) }));`;
    const thread = threadOf(source, 60_000);
    const view = Buffer.alloc(100, 1).subarray(10, 42);
    expect(await thread.ask({ ...question, octets: view })).toEqual({ outcome: 'done', octets: Uint8Array.of(32) });
    await thread.stop();
  });
});
