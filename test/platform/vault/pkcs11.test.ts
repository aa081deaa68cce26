import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEncryptionProvider } from '../../../src/platform/vault/key-encryption.ts';
import { type AskedProcess, createAskedProcess } from '../../../src/platform/vault/pkcs11/asked-process.ts';
import { createPkcs11Provider, type Pkcs11Settings } from '../../../src/platform/vault/pkcs11-provider.ts';
import { KeysUnavailable, VaultError } from '../../../src/platform/vault/vault.ts';
import { describeProvider } from './provider-contract.ts';
import { PIN, SOFTHSM_MODULE, type SoftHsm, startSoftHsm, TOKEN } from './softhsm.ts';

const CONTEXT = ['data_key', 'tenant', 'serial', '1'];
const SECRET = Buffer.alloc(32, 7);

const settingsOf = (hsm: SoftHsm, key: string, formerKeys: readonly string[] = []) => ({
  ...{ modulePath: hsm.module, token: TOKEN, key, formerKeys },
  pin: { file: hsm.pinFile },
});
const started: AskedProcess[] = [];
afterAll(() => {
  for (const one of started) one.stop();
});
/** As the service makes it, but that the environment is the token's. */
function providerOf(hsm: SoftHsm, settings: Pkcs11Settings): KeyEncryptionProvider {
  const { modulePath, token, pin } = settings;
  // the time is not what is tried here
  const one = createAskedProcess({ settings: { modulePath, token }, pin }, { env: hsm.env, longestMs: 120_000 });
  started.push(one);
  return createPkcs11Provider(settings, one);
}
const whyOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

if (SOFTHSM_MODULE === undefined) {
  describe('PKCS#11', () => {
    it.skip('is not tried: SoftHSM is not installed (apt-get install softhsm2, or SOFTHSM2_MODULE)', () => undefined);
  });
} else {
  const module = SOFTHSM_MODULE;

  describeProvider('PKCS#11', async () => {
    const hsm = startSoftHsm(module);
    for (const label of ['one', 'two', 'theirs']) hsm.addKey(label);
    let current = providerOf(hsm, settingsOf(hsm, 'one'));
    return {
      provider: {
        name: 'pkcs11',
        wrap: (context, secret) => current.wrap(context, secret),
        unwrap: (context, wrapping) => current.unwrap(context, wrapping),
      },
      stranger: providerOf(hsm, settingsOf(hsm, 'theirs')),
      rotate: () => {
        current = providerOf(hsm, settingsOf(hsm, 'two', ['one']));
      },
      outage: { begin: hsm.remove, end: hsm.putBack },
      stop: async () => hsm.stop(),
    };
  });

  describe('PKCS#11', () => {
    let hsm: SoftHsm;
    let provider: KeyEncryptionProvider;
    beforeAll(() => {
      hsm = startSoftHsm(module);
      hsm.addKey('one', 32, 'beef');
      hsm.addKey('two');
      hsm.addKey('short', 16);
      hsm.addKey('twice');
      hsm.addKey('twice');
      provider = providerOf(hsm, settingsOf(hsm, 'one'));
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
      const both = providerOf(hsm, settingsOf(hsm, 'two', ['one']));
      const { octets } = await provider.wrap(CONTEXT, SECRET);
      const error = await whyOf(both.unwrap(CONTEXT, { keyId: 'pkcs11/two', octets }));
      expect([error instanceof VaultError, error instanceof KeysUnavailable]).toEqual([true, false]);
    });

    it('finds a key by its id as well', async () => {
      const byId = providerOf(hsm, settingsOf(hsm, 'id:beef'));
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
      const other = providerOf(hsm, { ...settingsOf(hsm, 'one'), ...more });
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

describe('the process that calls the token', () => {
  const beginning = { settings: { modulePath: '/nowhere', token: TOKEN }, pin: { value: PIN } };
  const question = { act: 'wrap', key: 'one', aad: SECRET, octets: SECRET } as const;
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'jpki-token-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('tells a process of the PIN that one before it saw refused', async () => {
    const entry = join(directory, 'refused.mjs');
    const told = `process.send({ outcome: 'unavailable', why: String(begun.refusedPin), refusedPin: 'digest' })`;
    writeFileSync(entry, `process.once('message', (begun) => process.on('message', () => ${told}));`);
    const one = createAskedProcess(beginning, { entry, longestMs: 120_000 });
    started.push(one);
    expect(await one.ask(question)).toMatchObject({ why: 'undefined' });
    one.stop();
    expect(await one.ask(question)).toMatchObject({ why: 'digest' });
  });

  /** A process that does `answers` with each message but the first. */
  function processOf(name: string, answers: string, longestMs = 120_000): AskedProcess {
    const entry = join(directory, `${name}.mjs`);
    writeFileSync(entry, `process.once('message', () => process.on('message', (question) => { ${answers} }));`);
    const one = createAskedProcess(beginning, { entry, longestMs });
    started.push(one);
    return one;
  }

  it('that hangs is given up with its question, and the next goes to another', async () => {
    const hung = processOf('hangs', 'for (;;);', 50);
    for (let time = 0; time < 3; time++) expect(await whyOf(hung.ask(question))).toBeInstanceOf(KeysUnavailable);
  });

  it('that crashes is followed by another, which is asked what was not answered', async () => {
    const crashing = processOf('crashes', `process.kill(process.pid, 'SIGSEGV')`);
    const both = await Promise.all([whyOf(crashing.ask(question)), whyOf(crashing.ask(question))]);
    for (const why of both) expect(String((why as Error).message)).toBe('the process that calls the token ended');
  });

  it('is told nothing of the service’s settings, neither in its environment nor in its arguments', async () => {
    const ours = [
      ...['DATABASE_URL', 'PKCS11_PIN', 'VAULT_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'OTEL_EXPORTER_OTLP_HEADERS'],
      'AUDIT_SEALS_WEBHOOK',
    ];
    const before = { ...process.env };
    Object.assign(process.env, Object.fromEntries([...ours, 'SOFTHSM2_CONF'].map((name) => [name, 'SENTINEL'])));
    try {
      const said = 'JSON.stringify({ env: process.env, argv: process.argv })';
      const one = processOf('says', `process.send({ outcome: 'unavailable', why: ${said} })`);
      const { why } = (await one.ask(question)) as { why: string };
      const { env, argv } = JSON.parse(why) as { env: Record<string, string>; argv: string[] };
      expect(Object.keys(env).filter((name) => env[name] === 'SENTINEL')).toEqual(['SOFTHSM2_CONF']);
      expect(argv).toHaveLength(2);
    } finally {
      for (const name of [...ours, 'SOFTHSM2_CONF']) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('ends with the service that was killed, also while the module blocks', async () => {
    const [alive, blocking] = ['alive', 'module.so'].map((name) => join(directory, name)) as [string, string];
    execFileSync('mkfifo', [alive, blocking]);
    const sources = new URL('../../../src/platform/vault/pkcs11/', import.meta.url);
    const entry = join(directory, 'watched.mjs');
    writeFileSync(
      entry,
      `import { openSync } from 'node:fs';
      openSync(${JSON.stringify(alive)}, 'w');
      await import(${JSON.stringify(new URL('process-entry.ts', sources).href)});`,
    );
    const service = join(directory, 'service.mjs');
    const settings = { settings: { modulePath: blocking, token: TOKEN }, pin: { value: PIN } };
    writeFileSync(
      service,
      `import { createAskedProcess } from ${JSON.stringify(new URL('asked-process.ts', sources).href)};
      const question = { act: 'wrap', key: 'one', aad: new Uint8Array(1), octets: new Uint8Array(32) };
      const options = { entry: ${JSON.stringify(entry)}, longestMs: 2 ** 30 };
      await createAskedProcess(${JSON.stringify(settings)}, options).ask(question);`,
    );
    const killed = spawn(process.execPath, [service], { stdio: 'ignore' });
    const ended = readFile(alive); // until nobody has it open
    const module = await open(blocking, 'w'); // as soon as it is being loaded, which waits for octets
    try {
      killed.kill('SIGKILL');
      expect(await ended).toHaveLength(0);
    } finally {
      await module.close();
    }
  });

  it('that is not there is told of, by the module that cannot be loaded', async () => {
    const one = createAskedProcess(beginning, { longestMs: 120_000 });
    started.push(one);
    expect(await one.ask(question)).toEqual({ outcome: 'unavailable', why: 'the module cannot be loaded' });
  });
});
