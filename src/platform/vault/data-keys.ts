import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../database/database.ts';
import { frame } from './frames.ts';
import { seal, unseal } from './sealed-box.ts';
import type { KeyPurpose } from './vault.ts';

/** A tenant's unwrapped data keys: every version of each purpose, the newest of which seals. */
export type TenantKeys = ReadonlyMap<KeyPurpose, PurposeKeys>;

export interface PurposeKeys {
  readonly newest: number;
  readonly versions: ReadonlyMap<number, KeyObject>;
}

const PURPOSES: readonly KeyPurpose[] = ['attributes', 'serial', 'evidence', 'report', 'idempotency'];
const FIRST_VERSION = 1;
/** Of the key-encryption key; it is exchanged as a whole (see the issue on trust). */
const WRAPPING_VERSION = 1;

interface DataKeyRow {
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly wrapped_key: Buffer;
}

/** Reads the tenant's keys; makes the missing ones. Of two that do so at once one is first, and both use its keys. */
export async function loadTenantKeys(database: Database, wrapping: KeyObject, tenantId: string): Promise<TenantKeys> {
  return database.inTenant(tenantId, async (trx) => {
    const rows = await readRows(trx, tenantId);
    const missing = PURPOSES.filter((purpose) => !rows.some((row) => row.purpose === purpose));
    if (missing.length === 0) return unwrap(wrapping, tenantId, rows);
    const made = missing.map((purpose) => ({
      tenant_id: tenantId,
      purpose,
      version: FIRST_VERSION,
      wrapped_key: seal(wrapping, WRAPPING_VERSION, identityOf(tenantId, purpose, FIRST_VERSION), randomBytes(32)),
    }));
    await trx('data_key').insert(made).onConflict(['tenant_id', 'purpose', 'version']).ignore();
    return unwrap(wrapping, tenantId, await readRows(trx, tenantId));
  });
}

function readRows(trx: Transaction, tenantId: string): Promise<DataKeyRow[]> {
  return trx('data_key').where({ tenant_id: tenantId }).select<DataKeyRow[]>('purpose', 'version', 'wrapped_key');
}

function unwrap(wrapping: KeyObject, tenantId: string, rows: readonly DataKeyRow[]): TenantKeys {
  const keys = new Map<KeyPurpose, { newest: number; versions: Map<number, KeyObject> }>();
  for (const { purpose, version, wrapped_key } of rows) {
    const identity = identityOf(tenantId, purpose, version);
    const octets = unseal((number) => (number === WRAPPING_VERSION ? wrapping : undefined), identity, wrapped_key);
    const known = keys.get(purpose) ?? { newest: version, versions: new Map() };
    known.versions.set(version, createSecretKey(octets));
    keys.set(purpose, { newest: Math.max(known.newest, version), versions: known.versions });
    octets.fill(0);
  }
  return keys;
}

const identityOf = (tenantId: string, purpose: KeyPurpose, version: number): Buffer =>
  frame('data_key', tenantId, purpose, String(version));
