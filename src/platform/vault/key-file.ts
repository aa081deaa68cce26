import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createPrivateFile, storePrivateFile } from '../private-file.ts';
import { VaultError } from './vault.ts';

/** The deployment's keys. All replicas share them; whoever has them and the database has everything. */
export interface DeploymentKeys {
  /** The first key-encryption key, by which a deployment is known. */
  readonly keyEncryption: KeyObject;
  /** Every key-encryption key by version, from 1 without a gap. The greatest wraps data keys; none is ever taken out. */
  readonly keyEncryptionVersions: ReadonlyMap<number, KeyObject>;
  /** Keyed hash of API keys. */
  readonly apiKey: KeyObject;
  /** Keyed hash `serial_match`. */
  readonly serialMatch: KeyObject;
  /** The tenants' own hash keys are derived from it. */
  readonly tenantHash: KeyObject;
}

const NAMES = ['keyEncryption', 'apiKey', 'serialMatch', 'tenantHash'] as const satisfies (keyof DeploymentKeys)[];
/** In the file the later versions stand beside the first. */
const laterName = (version: number) => `keyEncryption/${version}`;
const KEY_OCTETS = 32;
/** A sealed box has two octets for the version. */
const MOST_VERSIONS = 65_535;

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

/**
 * Puts one more key-encryption key into the file, which wraps from then on; gives its version. A program that does not know
 * of later versions goes on with the first.
 */
export async function addKeyEncryptionKey(path: string): Promise<number> {
  const lock = `${path}.adding`;
  if (!(await createPrivateFile(lock, ''))) {
    throw new VaultError(
      `A key is being added to ${path} already. If that was cut short, remove ${lock} and try again.`,
    );
  }
  try {
    const present = await readKeyFile(path);
    if (present === undefined) throw new VaultError(`The key file ${path} is missing.`);
    const version = present.keyEncryptionVersions.size + 1;
    if (version > MOST_VERSIONS) throw new VaultError(`The key file ${path} holds all the keys that it can.`);
    const content = JSON.parse(await readFile(path, 'utf8')) as { keys: Record<string, string> };
    const keys = { ...content.keys, [laterName(version)]: randomBytes(KEY_OCTETS).toString('base64') };
    await storePrivateFile(path, `${JSON.stringify({ ...content, keys }, null, 2)}\n`);
    return version;
  } finally {
    await rm(lock, { force: true });
  }
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
  const decode = (name: string): KeyObject => {
    const octets = Buffer.from(String(content.keys?.[name] ?? ''), 'base64');
    if (octets.length !== KEY_OCTETS) throw unusable();
    return createSecretKey(octets);
  };
  const keyEncryption = decode('keyEncryption');
  const keyEncryptionVersions = new Map([[1, keyEncryption]]);
  for (let version = 2; Object.hasOwn(content.keys ?? {}, laterName(version)); version++) {
    keyEncryptionVersions.set(version, decode(laterName(version)));
  }
  return {
    keyEncryption,
    keyEncryptionVersions,
    apiKey: decode('apiKey'),
    serialMatch: decode('serialMatch'),
    tenantHash: decode('tenantHash'),
  };
}
