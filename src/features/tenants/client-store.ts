import type { Database, Transaction } from '../../platform/database/database.ts';
import { violates } from '../../platform/database/database-error.ts';
import { holdHashEpoch } from '../../platform/vault/hash-keys.ts';
import { claimKey, type KeyedRequest, keepId } from '../once.ts';
import type { ActLine, AppendAct } from './act-line.ts';
import type { Scope } from './caller.ts';

export interface NewClient {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly externalId: string | null;
  readonly certificateSha256: Buffer | null;
  readonly expiresAt: Date | null;
  readonly at: Date;
}

export interface NewKey {
  readonly id: string;
  readonly hash: Buffer;
  /** Of the key of the hash. */
  readonly hashEpoch: number;
}

export interface ClientRow {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly external_id: string | null;
  readonly certificate_sha256: Buffer | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly keys: readonly KeyRow[];
}

export interface KeyRow {
  readonly id: string;
  readonly created_at: Date;
  readonly ends_at: Date | null;
}

/** `replayed`: done before under the same Idempotency-Key; the client as it is now. */
export type Recorded =
  | { readonly state: 'recorded' | 'replayed'; readonly row: ClientRow }
  | { readonly state: 'key-reused' };

/** Columns that may be changed; what is left out stays. */
export interface ClientChange {
  readonly name?: string | null;
  readonly scopes?: readonly Scope[];
  readonly external_id?: string | null;
  readonly certificate_sha256?: Buffer | null;
  readonly expires_at?: Date | null;
}

export type ClientStore = ReturnType<typeof createClientStore>;

const EXTERNAL_ID_TAKEN = Symbol('the external id is another client’s');

export function createClientStore(database: Database, append: AppendAct) {
  const read = async (trx: Transaction, tenantId: string, rows: ClientWithoutKeys[]): Promise<ClientRow[]> => {
    const ids = rows.map(({ id }) => id);
    const keys = await trx('client_key')
      .where({ tenant_id: tenantId })
      .whereIn('client_id', ids)
      .orderBy(['created_at', 'id'])
      .select<(KeyRow & { client_id: string })[]>('id', 'client_id', 'created_at', 'ends_at');
    return rows.map((row) => ({ ...row, keys: keys.filter((key) => key.client_id === row.id) }));
  };
  const select = (trx: Transaction, tenantId: string) =>
    trx('client').where({ tenant_id: tenantId }).select<ClientWithoutKeys[]>(COLUMNS);
  const lock = async (trx: Transaction, tenantId: string, id: string): Promise<ClientWithoutKeys | undefined> =>
    (await select(trx, tenantId).where({ id }).forUpdate())[0];
  const load = async (trx: Transaction, tenantId: string, id: string): Promise<ClientRow | undefined> =>
    (await read(trx, tenantId, await select(trx, tenantId).where({ id })))[0];
  const found = async (trx: Transaction, tenantId: string, id: string): Promise<ClientRow> => {
    const row = await load(trx, tenantId, id);
    if (row === undefined) throw new Error('the client vanished while it was worked on');
    return row;
  };
  /** Undefined when it is to be done. */
  const replay = async (
    trx: Transaction,
    tenantId: string,
    keyed: KeyedRequest | null,
    line: ActLine,
  ): Promise<Recorded | undefined> => {
    const claim = await claimKey(trx, keyed);
    if (claim.state === 'first') return undefined;
    if (claim.state === 'key-reused') return claim;
    await append(trx, tenantId, { ...line, target: claim.id, replayed: true });
    return { state: 'replayed', row: await found(trx, tenantId, claim.id) };
  };

  return {
    /** `taken`: the external id is another client's. */
    async recordClient(
      client: NewClient,
      key: NewKey | null,
      line: ActLine,
      keyed: KeyedRequest | null,
    ): Promise<Recorded | 'taken'> {
      const recorded = await unlessTaken(() =>
        database.inTenant(client.tenantId, async (trx): Promise<Recorded> => {
          const before = await replay(trx, client.tenantId, keyed, line);
          if (before !== undefined) return before;
          await trx('client').insert({
            tenant_id: client.tenantId,
            id: client.id,
            name: client.name,
            scopes: client.scopes,
            external_id: client.externalId,
            certificate_sha256: client.certificateSha256,
            created_at: client.at,
            expires_at: client.expiresAt,
          });
          if (key !== null) await insertKey(trx, client.tenantId, client.id, key, client.at);
          await append(trx, client.tenantId, line);
          await keepId(trx, keyed, client.id);
          return { state: 'recorded', row: await found(trx, client.tenantId, client.id) };
        }),
      );
      return recorded === EXTERNAL_ID_TAKEN ? 'taken' : recorded;
    },

    loadClient: (tenantId: string, id: string) => database.inTenant(tenantId, (trx) => load(trx, tenantId, id)),

    /** In the order of their making, those after `after`. */
    listClients: (tenantId: string, after: string, limit: number) =>
      database.inTenant(tenantId, async (trx) => {
        const rows = await select(trx, tenantId).where('id', '>', after).orderBy('id').limit(limit);
        return read(trx, tenantId, rows);
      }),

    /** Undefined when there is no such client, `taken` when the external id is another one's. */
    async recordChange(
      tenantId: string,
      id: string,
      change: ClientChange,
      line: ActLine,
    ): Promise<ClientRow | 'taken' | undefined> {
      const changed = await unlessTaken(() =>
        database.inTenant(tenantId, async (trx) => {
          if ((await lock(trx, tenantId, id)) === undefined) return undefined;
          if (Object.keys(change).length > 0) {
            await trx('client').where({ tenant_id: tenantId, id }).update(change);
            await append(trx, tenantId, line);
          }
          return load(trx, tenantId, id);
        }),
      );
      return changed === EXTERNAL_ID_TAKEN ? 'taken' : changed;
    },

    /** Ends what it was let in by, now; done once. */
    recordRevocation: (tenantId: string, id: string, at: Date, line: ActLine): Promise<ClientRow | undefined> =>
      database.inTenant(tenantId, async (trx) => {
        const client = await lock(trx, tenantId, id);
        if (client === undefined) return undefined;
        if (client.revoked_at === null) {
          await trx('client').where({ tenant_id: tenantId, id }).update({ revoked_at: at });
          await append(trx, tenantId, line);
        }
        return load(trx, tenantId, id);
      }),

    /**
     * A further key. The newest one before it ends at `previousEndsAt` unless it ends sooner, older ones now: never are
     * more than two valid. Undefined when there is no such client, `revoked` when it was revoked.
     */
    recordRotation: (
      tenantId: string,
      id: string,
      key: NewKey,
      times: { readonly at: Date; readonly previousEndsAt: Date },
      line: ActLine,
      keyed: KeyedRequest | null,
    ): Promise<Recorded | 'revoked' | undefined> =>
      database.inTenant(tenantId, async (trx) => {
        const before = await replay(trx, tenantId, keyed, line);
        if (before !== undefined) return before;
        const client = await lock(trx, tenantId, id);
        if (client === undefined) return undefined;
        if (client.revoked_at !== null) return 'revoked';
        const [known] = await read(trx, tenantId, [client]);
        const newest = known?.keys.at(-1);
        for (const { id: keyId, ends_at } of known?.keys ?? []) {
          const end = keyId === newest?.id ? times.previousEndsAt : times.at;
          if (ends_at === null || ends_at > end) {
            await trx('client_key').where({ tenant_id: tenantId, id: keyId }).update({ ends_at: end });
          }
        }
        await insertKey(trx, tenantId, id, key, times.at);
        await append(trx, tenantId, line);
        await keepId(trx, keyed, id);
        return { state: 'recorded', row: await found(trx, tenantId, id) };
      }),
  };
}

type ClientWithoutKeys = Omit<ClientRow, 'keys'>;

const COLUMNS = [
  'id',
  'name',
  'scopes',
  'external_id',
  'certificate_sha256',
  'created_at',
  'expires_at',
  'revoked_at',
  'last_used_at',
];

async function insertKey(trx: Transaction, tenantId: string, clientId: string, key: NewKey, at: Date): Promise<void> {
  await holdHashEpoch(trx, key.hashEpoch);
  await trx('client_key').insert({
    tenant_id: tenantId,
    id: key.id,
    client_id: clientId,
    key_hash: key.hash,
    key_hash_version: trx.raw(`leading_hash_version('api-key')`),
    created_at: at,
  });
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T | typeof EXTERNAL_ID_TAKEN> {
  try {
    return await work();
  } catch (error) {
    if (violates(error, 'client_external_id')) return EXTERNAL_ID_TAKEN;
    throw error;
  }
}
