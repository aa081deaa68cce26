import { randomUUID } from 'node:crypto';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';

export type RotationKind = 'rotate' | 'rewrap' | 'reencrypt' | 'rehash';

/** What is asked for. */
export interface RotationWish {
  readonly kind: RotationKind;
  /** By name; undefined: all. */
  readonly tenant?: string | undefined;
  /** Of data keys (rotate), of one hash key (rehash). */
  readonly purposes?: readonly string[];
  /** rotate: the new versions seal after so long. */
  readonly sealsInSeconds?: number;
}

export interface RotationRow {
  readonly id: string;
  readonly kind: RotationKind;
  readonly tenant: string | null;
  readonly purposes: readonly string[];
  readonly seals_in_seconds: number | null;
  readonly state: 'running' | 'done';
  /** To be looked at again later. */
  readonly isWaiting: boolean;
  /** Name of the last tenant that is through. */
  readonly after: string;
  readonly tenants: number;
  readonly done: number;
  readonly unreadable: readonly string[];
  readonly key_id: string | null;
  /** Why the last worker stopped: it is tried again. */
  readonly trouble: string | null;
  readonly asked_by: string;
  readonly asked_at: Date;
  readonly ended_at: Date | null;
}

/** Another worker has gone on with it meanwhile: the batch is undone. */
export class LeaseLost extends Error {
  constructor() {
    super('another worker goes on with this rotation');
    this.name = 'LeaseLost';
  }
}

/** Longer than a batch and what its provider takes; so long does work wait whose worker died. */
const LEASE_SECONDS = 60;
const MOST_PLACES = 1_000;
const COLUMNS = `id, kind, tenant, purposes, seals_in_seconds, state, state = 'running' and due_at > clock_timestamp() as "isWaiting", after,
   tenants, done::integer, unreadable, key_id, trouble, asked_by, asked_at, ended_at`;

/** One of this kind for the same that is under way is joined. Gives its id, and whether it is new. */
export async function askRotation(
  trx: Transaction,
  wish: RotationWish,
  askedBy: string,
  now: number,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { kind, tenant = null, purposes = [], sealsInSeconds = null } = wish;
  await trx.raw('lock table key_rotation in share row exclusive mode');
  const found = await trx('key_rotation')
    .where({ kind, state: 'running' })
    .whereRaw('tenant is not distinct from ?', [tenant])
    .whereRaw('purposes = ?::text[]', [purposes] as never)
    .first<{ id: string } | undefined>('id');
  if (found !== undefined) return { id: found.id, isNew: false };
  const id = newId('rot', now);
  const row = { id, kind, tenant, purposes, seals_in_seconds: sealsInSeconds, asked_by: askedBy };
  await trx('key_rotation').insert(row);
  return { id, isNew: true };
}

/** Ends those of this kind for the same, whoever works on them: what they passed over is not through for what begins now. */
export const endRotations = (trx: Transaction, { kind, purposes = [] }: RotationWish): Promise<number> =>
  trx('key_rotation')
    .where({ kind, state: 'running' })
    .whereRaw('purposes = ?::text[]', [purposes] as never)
    .update({ state: 'done', ended_at: trx.raw('clock_timestamp()'), lease_until: null });

export async function loadRotations(database: Database, limit: number): Promise<readonly RotationRow[]> {
  const sql = `select ${COLUMNS} from key_rotation order by state = 'running' desc, asked_at desc limit $1`;
  return database.call<RotationRow & Record<string, unknown>>('key_rotations', sql, [limit]);
}

export async function loadRotation(database: Database, id: string): Promise<RotationRow | undefined> {
  const sql = `select ${COLUMNS} from key_rotation where id = $1`;
  return (await database.call<RotationRow & Record<string, unknown>>('key_rotation', sql, [id]))[0];
}

/** A rotation that one worker goes on with. */
export interface ClaimedRotation extends RotationRow {
  /** Within the transaction of a batch: it counts if that does. */
  advance(trx: Transaction, count: number): Promise<void>;
  /** A tenant is through. */
  pass(name: string, unreadable: readonly string[]): Promise<void>;
  /** Places that are no tenant's. */
  lose(unreadable: readonly string[]): Promise<void>;
  nameKey(keyId: string): Promise<void>;
  /** In the transaction of what ends it. */
  end(trx: Transaction): Promise<void>;
  /** Others may go on: at once, or when it is due again. */
  release(more: { readonly trouble?: string; readonly inSeconds?: number }): Promise<void>;
}

/** The oldest that nobody works on, or that one; undefined when there is none. */
export async function claimRotation(database: Database, only?: string): Promise<ClaimedRotation | undefined> {
  const worker = randomUUID();
  const sql = `update key_rotation set worker = $1, trouble = null,
      lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = (
      select id from key_rotation
      where state = 'running' and (lease_until is null or lease_until < clock_timestamp())
        and case when $2::text is null then due_at <= clock_timestamp() else id = $2 end
      order by asked_at for update skip locked limit 1
    ) returning ${COLUMNS}`;
  const [row] = await database.call<RotationRow & Record<string, unknown>>('claim_key_rotation', sql, [
    worker,
    only ?? null,
  ]);
  if (row === undefined) return undefined;
  const { id } = row;

  /** What is no longer ours is not written. */
  async function update(trx: Transaction | Database['knex'], set: string, values: readonly unknown[]): Promise<void> {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `update key_rotation set ${set} where id = ? and worker = ? and state = 'running'`,
      [...values, id, worker] as never,
    );
    if (rowCount !== 1) throw new LeaseLost();
  }
  const held = `lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;
  const lost = `unreadable = (unreadable || ?::text[])[1:${MOST_PLACES}]`;
  return {
    ...row,
    advance: (trx, count) => update(trx, `done = done + ?, ${held}`, [count]),
    pass: (name, unreadable) =>
      update(database.knex, `after = ?, tenants = tenants + 1, ${lost}, ${held}`, [name, unreadable]),
    lose: (unreadable) => update(database.knex, lost, [unreadable]),
    nameKey: (keyId) => update(database.knex, `key_id = ?, ${held}`, [keyId]),
    end: (trx) => update(trx, `state = 'done', ended_at = clock_timestamp(), lease_until = null`, []),
    release: ({ trouble, inSeconds = 0 }) =>
      update(
        database.knex,
        'trouble = ?, due_at = clock_timestamp() + make_interval(secs => ?), lease_until = null, worker = null',
        [trouble ?? null, inSeconds],
      ),
  };
}
