import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createPrivateFile } from '../private-file.ts';
import { VaultError } from './vault.ts';

/** The deployment's keys. All replicas share them; whoever has them and the database has everything. */
export interface DeploymentKeys {
  /** Wraps the tenants' data keys. */
  readonly keyEncryption: KeyObject;
  /** Keyed hash of API keys. */
  readonly apiKey: KeyObject;
  /** Keyed hash `serial_match`. */
  readonly serialMatch: KeyObject;
  /** The tenants' own hash keys are derived from it. */
  readonly tenantHash: KeyObject;
}

const NAMES = ['keyEncryption', 'apiKey', 'serialMatch', 'tenantHash'] as const satisfies (keyof DeploymentKeys)[];
const KEY_OCTETS = 32;

/** Undefined when there is no such file; VaultError when it cannot be read as one. */
export async function readKeyFile(path: string): Promise<DeploymentKeys | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new VaultError(`The key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  return decodeKeys(path, text);
}

/** Makes new keys; false when the file is there already. */
export async function createKeyFile(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const keys = Object.fromEntries(NAMES.map((name) => [name, randomBytes(KEY_OCTETS).toString('base64')]));
  return createPrivateFile(path, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
}

function decodeKeys(path: string, text: string): DeploymentKeys {
  const unusable = () =>
    new VaultError(`The key file ${path} is not one that this version wrote: nothing was changed.`);
  let content: { version?: unknown; keys?: Record<string, unknown> | null };
  try {
    content = JSON.parse(text) as typeof content;
  } catch {
    throw unusable(); // the parser's message would quote the keys
  }
  if (content?.version !== 1) throw unusable();
  const decode = (name: keyof DeploymentKeys): KeyObject => {
    const octets = Buffer.from(String(content.keys?.[name] ?? ''), 'base64');
    if (octets.length !== KEY_OCTETS) throw unusable();
    return createSecretKey(octets);
  };
  return {
    keyEncryption: decode('keyEncryption'),
    apiKey: decode('apiKey'),
    serialMatch: decode('serialMatch'),
    tenantHash: decode('tenantHash'),
  };
}
