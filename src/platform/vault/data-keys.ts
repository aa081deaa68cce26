import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../database/database.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { KEY_PURPOSES, type KeyPurpose, VaultError } from './vault.ts';

/** A tenant's unwrapped data keys: every version of each purpose, and which of them seals. */
export type TenantKeys = ReadonlyMap<KeyPurpose, PurposeKeys>;

export interface PurposeKeys {
  readonly newest: number;
  readonly versions: ReadonlyMap<number, KeyObject>;
}

export interface DataKeyRow {
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly wrapped_key: Buffer;
  /** May it seal already? By the database's clock. */
  readonly seals: boolean;
}

const FIRST_VERSION = 1;
const KEY_OCTETS = 32;

/**
 * Reads the tenant's keys; makes the missing ones. Of two that do so at once one is first, and both use its keys. The
 * provider is never asked within a transaction: it may be far away.
 */
export async function loadTenantKeys(database: Database, keys: KeyEncryption, tenantId: string): Promise<TenantKeys> {
  const rows = await readDataKeys(database, tenantId);
  const missing = KEY_PURPOSES.filter((purpose) => !rows.some((row) => row.purpose === purpose));
  if (missing.length === 0) return unwrap(keys, tenantId, rows);
  const made = await Promise.all(missing.map((purpose) => makeDataKey(keys, tenantId, purpose, FIRST_VERSION)));
  await database.inTenant(tenantId, (trx) => insertDataKeys(trx, made));
  return unwrap(keys, tenantId, await readDataKeys(database, tenantId));
}

export async function makeDataKey(keys: KeyEncryption, tenantId: string, purpose: KeyPurpose, version: number) {
  const secret = randomBytes(KEY_OCTETS);
  try {
    const wrapped_key = await keys.wrap(contextOf(tenantId, purpose, version), secret);
    return { tenant_id: tenantId, purpose, version, wrapped_key };
  } finally {
    secret.fill(0);
  }
}

/** Those that are there already stay as they are. Gives the versions that were put in, by purpose. */
export async function insertDataKeys(
  trx: Transaction,
  made: readonly Awaited<ReturnType<typeof makeDataKey>>[],
  sealsAfterSeconds = 0,
): Promise<{ readonly purpose: KeyPurpose; readonly version: number }[]> {
  const seals_from = trx.raw('clock_timestamp() + make_interval(secs => ?)', [sealsAfterSeconds]);
  return trx('data_key')
    .insert(made.map((row) => ({ ...row, seals_from })))
    .onConflict(['tenant_id', 'purpose', 'version'])
    .ignore()
    .returning(['purpose', 'version']);
}

export function readDataKeys(database: Database, tenantId: string): Promise<DataKeyRow[]> {
  return database.inTenant(tenantId, (trx) =>
    trx('data_key')
      .where({ tenant_id: tenantId })
      .orderBy(['purpose', 'version'])
      .select<DataKeyRow[]>('purpose', 'version', 'wrapped_key', trx.raw('seals_from <= clock_timestamp() as seals')),
  );
}

/** Rewrapped and rotated keys have the same context: what was moved to another row does not open. */
export const contextOf = (tenantId: string, purpose: KeyPurpose, version: number): readonly string[] => [
  'data_key',
  tenantId,
  purpose,
  String(version),
];

async function unwrap(keys: KeyEncryption, tenantId: string, rows: readonly DataKeyRow[]): Promise<TenantKeys> {
  const unwrapped = await Promise.all(
    rows.map(async ({ purpose, version, wrapped_key, seals }) => {
      const octets = await keys.unwrap(contextOf(tenantId, purpose, version), wrapped_key);
      if (octets.length !== KEY_OCTETS) throw new VaultError('a data key is not of 32 octets');
      const key = createSecretKey(octets);
      octets.fill(0);
      return { purpose, version, seals, key };
    }),
  );
  const byPurpose = KEY_PURPOSES.map((purpose) => {
    const own = unwrapped.filter((one) => one.purpose === purpose);
    const newest = Math.max(...own.filter(({ seals }) => seals).map(({ version }) => version));
    return [purpose, { newest, versions: new Map(own.map(({ version, key }) => [version, key])) }] as const;
  });
  return new Map(byPurpose);
}
