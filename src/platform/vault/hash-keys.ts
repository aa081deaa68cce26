import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../database/database.ts';
import { sqlStateOf } from '../database/database-error.ts';
import type { KeyEncryption } from './key-encryption.ts';
import type { DeploymentKeys } from './key-file.ts';
import { createKeyedHashes, type HashRoots } from './keyed-hashes.ts';
import { type HashGeneration, type HashPurpose, KeysUnavailable, type RotatingHashes, VaultError } from './vault.ts';

/** A version of a hash key; the first is the key file's, and has no wrapping here. */
export interface HashKeyRow {
  readonly purpose: HashPurpose;
  readonly version: number;
  readonly state: 'leads' | 'before' | 'retired';
  readonly wrapped_key: Buffer | null;
}

const KEY_OCTETS = 32;
/** What hold_hash_epoch says: nothing was done, the keys are to be loaded anew. */
const OUTDATED = 'JP001';
/** Each change of a rotation can meet a request once. */
const MOST_TRIES = 10;

export const contextOfHashKey = (purpose: HashPurpose, version: number): readonly string[] => [
  'hash_key',
  purpose,
  String(version),
];

export async function makeHashKey(keys: KeyEncryption, purpose: HashPurpose, version: number): Promise<Buffer> {
  const secret = randomBytes(KEY_OCTETS);
  try {
    return await keys.wrap(contextOfHashKey(purpose, version), secret);
  } finally {
    secret.fill(0);
  }
}

/** Refuses, as HashKeysOutdated does below, unless the hashes of this transaction are under the keys in use. */
export const holdHashEpoch = async (trx: Transaction, epoch: number): Promise<void> => {
  await trx.raw('select hold_hash_epoch(?)', [epoch]);
};

/**
 * Does `work` with the keys of now; again with others when the database says that they have changed meanwhile. It then did
 * nothing. What works with hashes takes them from `generation` alone.
 */
export async function withHashes<T>(
  hashes: RotatingHashes,
  work: (generation: HashGeneration) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const generation = hashes.now();
    try {
      return await work(generation);
    } catch (error) {
      if (sqlStateOf(error) !== OUTDATED || tries === MOST_TRIES) throw error;
      await hashes.refresh();
    }
  }
}

/**
 * The keyed hashes of the deployment. Nothing is timed here: whoever stores or searches is told by the database when the
 * keys have changed. While the provider cannot unwrap them there are no hashes: KeysUnavailable.
 */
export async function createRotatingHashes(
  database: Database,
  keys: KeyEncryption,
  file: DeploymentKeys,
): Promise<RotatingHashes> {
  let current: HashGeneration | undefined;
  let loading: Promise<HashGeneration> | undefined;
  const load = (): Promise<HashGeneration> => {
    loading ??= loadGeneration(database, keys, file)
      .then((generation) => {
        current = generation;
        return generation;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
  const now = (): HashGeneration => {
    if (current !== undefined) return current;
    load().catch(() => undefined);
    throw new KeysUnavailable('the keys of the hashes cannot be unwrapped right now');
  };
  await load().catch((error: unknown) => {
    if (!(error instanceof KeysUnavailable)) throw error;
  });
  return {
    apiKey: (key) => now().apiKey(key),
    serialMatch: (issuer, serial) => now().serialMatch(issuer, serial),
    serialNumberMac: (tenantId, issuer, serial) => now().serialNumberMac(tenantId, issuer, serial),
    requestBody: (tenantId, body) => now().requestBody(tenantId, body),
    lookup: (tenantId, field, value) => now().lookup(tenantId, field, value),
    get epoch() {
      return now().epoch;
    },
    get before() {
      return now().before;
    },
    now,
    async refresh() {
      const { epoch } = current ?? {};
      await loading?.catch(() => undefined); // begun before the change, perhaps
      return (await load()).epoch !== epoch;
    },
    async isOutdated() {
      return (await readEpoch(database)) !== current?.epoch;
    },
  };
}

async function readEpoch(database: Database): Promise<number | undefined> {
  const sql = 'select epoch from hash_epoch';
  return (await database.call<{ epoch: number }>('hash_epoch', sql, []))[0]?.epoch;
}

async function loadGeneration(database: Database, keys: KeyEncryption, file: DeploymentKeys): Promise<HashGeneration> {
  // one statement: epoch and states as they belong together
  const sql = `select e.epoch, k.purpose, k.version, k.state, k.wrapped_key from hash_epoch e, hash_key k
    where k.state <> 'retired'`;
  const rows = await database.call<HashKeyRow & { epoch: number }>('hash_keys', sql, []);
  const [first] = rows;
  if (first === undefined) throw new VaultError('the keys of the hashes are missing in the database');
  const leading = await openRoots(rows, 'leads', keys, file);
  const before = await openRoots(rows, 'before', keys, file);
  const now = createKeyedHashes({ ...firstRoots(file), ...leading });
  const then = createKeyedHashes({ ...firstRoots(file), ...before });
  const only = <H>(purpose: HashPurpose, hash: H): H | null => (before[purpose] === undefined ? null : hash);
  return {
    ...now,
    epoch: first.epoch,
    before: {
      apiKey: only('api-key', then.apiKey),
      serialMatch: only('serial-match', then.serialMatch),
      serialNumberMac: only('serial-number-mac', then.serialNumberMac),
      requestBody: only('lookup', then.requestBody),
      lookup: only('lookup', then.lookup),
    },
  };
}

/** Of the first version tenants' keys all come from one. */
const firstRoots = (file: DeploymentKeys): HashRoots => ({
  'api-key': file.apiKey,
  'serial-match': file.serialMatch,
  'serial-number-mac': file.tenantHash,
  lookup: file.tenantHash,
});

async function openRoots(
  rows: readonly HashKeyRow[],
  state: HashKeyRow['state'],
  keys: KeyEncryption,
  file: DeploymentKeys,
): Promise<Partial<HashRoots>> {
  const first = firstRoots(file);
  const open = async ({ purpose, version, wrapped_key }: HashKeyRow): Promise<KeyObject> => {
    if (version === 1) return first[purpose];
    if (wrapped_key === null) throw new VaultError('a key of the hashes is missing in the database');
    const octets = await keys.unwrap(contextOfHashKey(purpose, version), wrapped_key);
    if (octets.length !== KEY_OCTETS) throw new VaultError('a hash key is not of 32 octets');
    const key = createSecretKey(octets);
    octets.fill(0);
    return key;
  };
  const own = rows.filter((row) => row.state === state);
  return Object.fromEntries(await Promise.all(own.map(async (row) => [row.purpose, await open(row)] as const)));
}
