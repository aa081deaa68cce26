import { type Database, DatabaseUnavailable, type Transaction } from '../../platform/database/database.ts';
import { sqlStateOf } from '../../platform/database/database-error.ts';
import { HASH_PURPOSES, type HashPurpose } from '../../platform/vault/vault.ts';

/** A version of a hash key as the status shows it. */
export interface HashKeyState {
  readonly purpose: HashPurpose;
  readonly version: number;
  readonly state: 'leads' | 'before';
  /** null: since ever, the key file's own. */
  readonly leads_since: Date | null;
}

/** As in hold_hash_epoch. */
const EPOCH_LOCK = '7156041928033018';

export async function loadHashKeys(database: Database): Promise<readonly HashKeyState[]> {
  const rows = await database
    .knex('hash_key')
    .whereNot({ state: 'retired' })
    .select<HashKeyState[]>(
      'purpose',
      'version',
      'state',
      database.knex.raw(`nullif(leads_since, '-infinity') as leads_since`),
    );
  const placeOf = ({ purpose, version }: HashKeyState) => HASH_PURPOSES.indexOf(purpose) * 100_000 + version;
  return rows.sort((one, other) => placeOf(one) - placeOf(other));
}

/** Of a new key: its version, or undefined while one is being rotated. */
export async function nextHashVersion(database: Database, purpose: HashPurpose): Promise<number | undefined> {
  const rows = await database.knex('hash_key').where({ purpose }).select<{ version: number; state: string }[]>('*');
  if (rows.some(({ state }) => state === 'before')) return undefined;
  return Math.max(...rows.map(({ version }) => version)) + 1;
}

/**
 * From the commit on the new key leads and the one before it is searched for as well. Waits for what is under way, which is
 * short. False when somebody else did it first.
 */
export async function leadWith(
  trx: Transaction,
  { purpose, version, wrapped }: { readonly purpose: HashPurpose; readonly version: number; readonly wrapped: Buffer },
): Promise<boolean> {
  await trx.raw(`set local lock_timeout = '3s'`); // others wait behind this one
  await trx.raw('select pg_advisory_xact_lock(?)', [EPOCH_LOCK]);
  const states = await trx('hash_key')
    .where({ purpose })
    .select<{ version: number; state: string }[]>('version', 'state');
  if (states.some((row) => row.version >= version || row.state === 'before')) return false;
  await trx('hash_key').where({ purpose, state: 'leads' }).update({ state: 'before' });
  await trx('hash_key').insert({ purpose, version, state: 'leads', wrapped_key: wrapped });
  await trx('hash_epoch').update({
    epoch: trx.raw('epoch + 1'),
    ...(purpose === 'lookup' ? { lookup_version: version } : {}),
  });
  return true;
}

/** Lock timeout: what is under way took too long, and others would have had to wait behind. */
const BUSY = '55P03';

/** From the commit on the former key is no longer searched for. `busy`: not now. */
export async function retireFormer(trx: Transaction, purpose: HashPurpose): Promise<'retired' | 'none' | 'busy'> {
  try {
    const { rows } = await trx.raw<{ rows: { retired: boolean }[] }>('select retire_hash_key(?) as retired', [purpose]);
    return rows[0]?.retired === true ? 'retired' : 'none';
  } catch (error) {
    const cause = error instanceof DatabaseUnavailable ? error.cause : error;
    if (sqlStateOf(cause) === BUSY) return 'busy';
    throw error;
  }
}

/** Clients whose API key was not used since: at most so many. */
export async function loadUnusedClients(
  database: Database,
  at: Date,
  limit: number,
): Promise<readonly { readonly tenant: string; readonly client_id: string }[]> {
  const sql = 'select tenant, client_id from clients_under_former_key($1, $2)';
  return database.call<{ tenant: string; client_id: string }>('clients_under_former_key', sql, [at, limit]);
}

export async function hasFormerAnswers(database: Database, at: Date): Promise<boolean> {
  const sql = 'select answers_under_former_key($1) as found';
  return (await database.call<{ found: boolean }>('answers_under_former_key', sql, [at]))[0]?.found === true;
}
