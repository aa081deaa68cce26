import { generateKeyPair } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type SigningKey, signingKey } from '../pki/signing-key.ts';
import { POOL_SIZE, poolKeyName } from './key-names.ts';

export const FIXTURE_KEYS = new URL('../../../fixtures/certs/keys.json', import.meta.url);

/** The private keys of the pretend Japan by name: those of the fixtures, then generated ones when the pool is empty. */
export interface KeyRing {
  get(name: string): SigningKey;
  /** A key that no resident has yet. */
  take(): Promise<SigningKey>;
  /** Keys that are not in the fixtures, to be kept: PEM by name. */
  readonly generated: Readonly<Record<string, string>>;
}

const generateRsa = promisify(generateKeyPair);

export function loadKeyRing(taken: ReadonlySet<string>, generated: Readonly<Record<string, string>> = {}): KeyRing {
  const kept: Record<string, string> = { ...generated };
  const pems: Record<string, string> = JSON.parse(readFileSync(FIXTURE_KEYS, 'utf8'));
  const ready = new Map<string, SigningKey>();
  const used = new Set(taken);
  let next = 0;

  const get = (name: string): SigningKey => {
    const known = ready.get(name);
    if (known !== undefined) return known;
    const pem = pems[name] ?? kept[name];
    if (pem === undefined) throw new Error(`the sandbox has no key called ${name}`);
    const key = signingKey(name, pem);
    ready.set(name, key);
    return key;
  };

  const take = async (): Promise<SigningKey> => {
    for (; next < POOL_SIZE; next++) {
      const name = poolKeyName(next);
      if (used.has(name)) continue;
      used.add(name);
      return get(name);
    }
    const name = `generated-${Object.keys(kept).length}`;
    kept[name] = '';
    const { privateKey } = await generateRsa('rsa', { modulusLength: 2048 });
    kept[name] = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    used.add(name);
    return get(name);
  };
  return { get, take, generated: kept };
}
