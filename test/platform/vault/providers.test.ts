import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';
import { createFileProvider } from '../../../src/platform/vault/file-provider.ts';
import { createKeyEncryption, decodeWrapping } from '../../../src/platform/vault/key-encryption.ts';
import { addKeyEncryptionKey, createKeyFile, readKeyFile } from '../../../src/platform/vault/key-file.ts';
import { createKmsProvider } from '../../../src/platform/vault/kms-provider.ts';
import { createTransitProvider } from '../../../src/platform/vault/transit-provider.ts';
import { KeysUnavailable, VaultError } from '../../../src/platform/vault/vault.ts';
import { arn, startKms } from './kms-server.ts';
import { describeProvider } from './provider-contract.ts';
import { startTransit, TOKEN } from './transit-server.ts';

const CONTEXT = ['data_key', 'tenant', 'serial', '1'];
const transitOf = (address: string) => ({ address, mount: 'transit', key: 'jpki', namespace: undefined });

describeProvider('the key file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'jpki-keys-'));
  const path = join(directory, 'keys.json');
  await createKeyFile(path);
  const load = async () => (await readKeyFile(path))?.keyEncryptionVersions ?? new Map();
  return {
    provider: createFileProvider(await load(), load),
    stranger: createFileProvider(new Map([[1, createSecretKey(randomBytes(32))]])),
    rotate: async () => void (await addKeyEncryptionKey(path)),
    outage: undefined,
    stop: async () => rmSync(directory, { recursive: true, force: true }),
  };
});

describeProvider('Vault Transit', async () => {
  const { server, rotate } = await startTransit();
  const others = await startTransit();
  const http = createHttpClient();
  return {
    provider: createTransitProvider(transitOf(server.url), async () => TOKEN, http),
    stranger: createTransitProvider(transitOf(others.server.url), async () => TOKEN, http),
    rotate,
    outage: {
      begin: () => {
        server.answer = (response) => response.writeHead(503).end('{"errors":["Vault is sealed"]}');
      },
      end: () => {
        server.answer = undefined;
      },
    },
    stop: async () => {
      http.close();
      await Promise.all([server.stop(), others.server.stop()]);
    },
  };
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'SENTINEL-secret' };
beforeAll(() => void Object.assign(process.env, CREDENTIALS));
afterAll(() => {
  for (const name of Object.keys(CREDENTIALS)) delete process.env[name];
});

describeProvider('AWS KMS', async () => {
  const server = await startKms(['one', 'two', 'theirs']);
  const settings = { formerKeyArns: [] as string[], endpoint: server.url };
  const first = createKmsProvider({ ...settings, keyArn: arn('one') });
  let current = first;
  return {
    provider: {
      name: 'aws-kms',
      wrap: (context, secret) => current.wrap(context, secret),
      unwrap: (context, wrapping) => current.unwrap(context, wrapping),
    },
    stranger: createKmsProvider({ ...settings, keyArn: arn('theirs') }),
    rotate: () => {
      current = createKmsProvider({ ...settings, keyArn: arn('two'), formerKeyArns: [arn('one')] });
    },
    outage: {
      begin: () => {
        server.answer = (response) => response.writeHead(500).end('{"__type":"KMSInternalException"}');
      },
      end: () => {
        server.answer = undefined;
      },
    },
    stop: () => server.stop(),
  };
});

describe('Vault Transit', () => {
  let transit: Awaited<ReturnType<typeof startTransit>>;
  const http = createHttpClient();
  beforeAll(async () => {
    transit = await startTransit();
  });
  afterAll(async () => {
    http.close();
    await transit.server.stop();
  });

  it.each([
    ['no JSON', 200, 'SENTINEL'],
    ['no data', 200, '{}'],
    ['no ciphertext', 200, '{"data":{}}'],
    ['another ciphertext', 200, '{"data":{"ciphertext":"vault:v0:AAAA"}}'],
    ['403', 403, '{"errors":["SENTINEL"]}'],
    ['404', 404, '{"errors":[]}'],
    ['400 to an encryption', 400, '{"errors":[]}'],
    ['a redirect', 307, ''],
  ])('that answers %s cannot be used, and is not quoted', async (_, status, body) => {
    const provider = createTransitProvider(transitOf(transit.server.url), async () => TOKEN, http);
    transit.server.answer = (response) =>
      response.writeHead(status, { 'Content-Type': 'application/json', Location: '/elsewhere' }).end(body);
    const error = await provider.wrap(CONTEXT, Buffer.alloc(32)).catch((caught: unknown) => caught);
    transit.server.answer = undefined;
    expect(error).toBeInstanceOf(KeysUnavailable);
    expect(String((error as Error).stack)).not.toContain('SENTINEL');
  });

  it('is given the token as it stands at each use, the namespace and nothing in the address', async () => {
    const tokens = ['old', TOKEN];
    const settings = { ...transitOf(`${transit.server.url}/`), namespace: 'bank/a' };
    const provider = createTransitProvider(settings, async () => tokens.shift() as string, http);
    await expect(provider.wrap(CONTEXT, Buffer.alloc(32))).rejects.toThrow(KeysUnavailable);
    await provider.wrap(CONTEXT, Buffer.alloc(32));
    const asked = transit.server.asked.at(-1);
    expect(asked?.path).toBe('/v1/transit/encrypt/jpki');
    expect(asked?.headers).toMatchObject({ 'x-vault-namespace': 'bank/a', 'x-vault-request': 'true' });
  });
});

describe('AWS KMS', () => {
  it('is not asked to unwrap under a key that is not set here', async () => {
    const server = await startKms(['ours', 'theirs']);
    const settings = { formerKeyArns: [], endpoint: server.url };
    const forged = await createKmsProvider({ ...settings, keyArn: arn('theirs') }).wrap(CONTEXT, Buffer.alloc(32));
    const asked = server.asked.length;
    const ours = createKmsProvider({ ...settings, keyArn: arn('ours') });
    await expect(ours.unwrap(CONTEXT, forged)).rejects.toThrow(/AWS_KMS_FORMER_KEYS/);
    expect(server.asked).toHaveLength(asked);
    await server.stop();
  });
});

describe('a change of provider', () => {
  it('leaves what the former one wrapped readable, as long as it is set', async () => {
    const { server } = await startTransit();
    const http = createHttpClient();
    const file = createFileProvider(new Map([[1, createSecretKey(randomBytes(32))]]));
    const transit = createTransitProvider(transitOf(server.url), async () => TOKEN, http);
    const before = createKeyEncryption(file);
    const after = createKeyEncryption(transit, [file]);
    const old = await before.wrap(CONTEXT, Buffer.from('secret'));
    const renewed = await after.wrap(CONTEXT, await after.unwrap(CONTEXT, old));
    expect(await after.unwrap(CONTEXT, renewed)).toEqual(Buffer.from('secret'));
    expect([old, renewed].map((wrapped) => decodeWrapping(wrapped).keyId)).toEqual(['file/1', 'vault-transit/jpki/1']);
    expect([await before.currentKeyId(), await after.currentKeyId()]).toEqual(['file/1', 'vault-transit/jpki/1']);
    await expect(before.unwrap(CONTEXT, renewed)).rejects.toThrow(KeysUnavailable);
    http.close();
    await server.stop();
  });

  it('does not take a stored wrapping that is cut short or of another form', () => {
    for (const octets of [[], [1], [2], [2, 3, 65, 65, 65], [3, 0, 1], [0]]) {
      expect(() => decodeWrapping(Buffer.from(octets))).toThrow(VaultError);
    }
  });
});

describe('the key file', () => {
  it('takes one key at a time, keeps the earlier ones, and is not touched when a key is being added', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jpki-keys-'));
    const path = join(directory, 'keys.json');
    await createKeyFile(path);
    const both = await Promise.allSettled([addKeyEncryptionKey(path), addKeyEncryptionKey(path)]);
    const added = both.filter(({ status }) => status === 'fulfilled').length;
    expect(added).toBeGreaterThanOrEqual(1);
    expect((await readKeyFile(path))?.keyEncryptionVersions.size).toBe(1 + added);
    await createKeyFile(`${path}.adding`);
    await expect(addKeyEncryptionKey(path)).rejects.toThrow(/being added/);
    rmSync(directory, { recursive: true });
  });
});
