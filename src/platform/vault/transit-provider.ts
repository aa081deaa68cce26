import type { HttpClient } from '../http-client/http-client.ts';
import { frame } from './frames.ts';
import type { KeyEncryptionProvider } from './key-encryption.ts';
import { KeysUnavailable, VaultError } from './vault.ts';

/** HashiCorp Vault's (or OpenBao's) transit engine. */
export interface TransitSettings {
  readonly address: string;
  readonly mount: string;
  /** An AEAD key (aes256-gcm96), rotated over there; this service may encrypt and decrypt with it. */
  readonly key: string;
  readonly namespace: string | undefined;
}

const TIMEOUT_MS = 3_000;
const MOST_OCTETS = 65_536;
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):[A-Za-z0-9+/]{1,8192}={0,2}$/;

/** `readToken` is asked for each call: an agent renews the file that it stands in. */
export function createTransitProvider(
  { address, mount, key, namespace }: TransitSettings,
  readToken: () => Promise<string>,
  httpClient: HttpClient,
): KeyEncryptionProvider {
  const nameOf = (version: string) => `vault-transit/${key}/${version}`;
  async function ask(act: 'encrypt' | 'decrypt', request: object): Promise<Record<string, unknown>> {
    const outcome = await httpClient.post({
      url: `${address.replace(/\/+$/, '')}/v1/${mount}/${act}/${key}`,
      accept: 'application/json',
      contentType: 'application/json',
      isOwnParty: true,
      headers: {
        'X-Vault-Token': await readToken(),
        'X-Vault-Request': 'true',
        ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
      },
      body: Buffer.from(JSON.stringify(request)),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MOST_OCTETS,
    });
    if (outcome.ok) return decodeData(outcome.body);
    // 400 is what it says of a ciphertext that does not open
    if (act === 'decrypt' && outcome.status === 400) throw new VaultError('a wrapping does not open: altered or moved');
    throw new KeysUnavailable(`Vault cannot ${act} right now (${outcome.failure}: ${outcome.detail})`);
  }
  return {
    name: 'vault-transit',
    async wrap(context, secret) {
      const request = { plaintext: base64(secret), associated_data: base64(frame(...context)) };
      const { ciphertext } = await ask('encrypt', request);
      const [whole, version] = CIPHERTEXT.exec(String(ciphertext)) ?? [];
      if (whole === undefined || version === undefined) throw strange();
      return { keyId: nameOf(version), octets: Buffer.from(whole, 'latin1') };
    },
    async unwrap(context, { keyId, octets }) {
      const ciphertext = octets.toString('latin1');
      const [, version] = CIPHERTEXT.exec(ciphertext) ?? [];
      if (version === undefined || keyId !== nameOf(version)) {
        throw new VaultError('a wrapping names a key that is not the one it is under');
      }
      const { plaintext } = await ask('decrypt', { ciphertext, associated_data: base64(frame(...context)) });
      const secret = Buffer.from(String(plaintext), 'base64');
      if (typeof plaintext !== 'string' || secret.length === 0) throw strange();
      return secret;
    },
  };
}

function decodeData(body: Uint8Array): Record<string, unknown> {
  try {
    const { data } = JSON.parse(Buffer.from(body).toString('utf8')) as { data?: unknown };
    if (typeof data === 'object' && data !== null) return data as Record<string, unknown>;
  } catch {
    // not JSON: its text is not repeated, it may hold a key
  }
  throw strange();
}

const strange = () => new KeysUnavailable('Vault answered what transit does not answer');

const base64 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
