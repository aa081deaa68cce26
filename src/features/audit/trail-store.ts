import type pg from 'pg';
import type { AuditLine } from '../../core/audit/audit-line.ts';
import type { AuditSeal } from '../../core/audit/seal.ts';
import type { TimestampOnFile } from '../../core/audit/timestamps-on-file.ts';
import type { PlacedLine, SealKey } from '../../core/audit/trail.ts';
import type { Instant } from '../../core/instant.ts';
import type { Database } from '../../platform/database/database.ts';

/** A key with its sealed private half, by which the vault knows it for its own. */
export interface KeyOnTrail extends SealKey {
  readonly privateKey: Buffer;
}

/** Batches `from` to `to`, both included. */
export interface BatchRange {
  readonly from: number;
  readonly to: number;
  /** Lines that they should have: a few more are read, so that inserted ones show, and no more, however many there are. */
  readonly size: number;
}

/** What is on file of the batches of a range; lines in the order of batch and position. */
export interface TrailSlice {
  readonly leaves: ReadonlyMap<number, Buffer>;
  readonly lines: readonly (PlacedLine & { readonly batch: number })[];
  readonly pruned: ReadonlyMap<number, ReadonlySet<number>>;
}

/** A pruning, and the line that should tell of it. */
export interface PruningOnFile {
  readonly lineId: string;
  /** Of what was taken. */
  readonly digest: string;
  /** What the line says, if there is one. */
  readonly told: string | null;
  /** Time of the line, at the latest that of its seal. */
  readonly toldAt: Instant | null;
  /** Time of the youngest seal that lines were taken from. */
  readonly youngestSealedAt: Instant | null;
}

/** One unchanging view of the whole trail, of every tenant: for the owner of the database. Read by one question at a time. */
export interface TrailReader {
  loadKeys(): Promise<KeyOnTrail[]>;
  loadSeals(after: number, limit: number): Promise<AuditSeal[]>;
  loadSealsOf(batches: readonly number[]): Promise<Map<number, AuditSeal>>;
  loadSlice(range: BatchRange): Promise<TrailSlice>;
  /** Lines in batches beyond the last seal or before the first. */
  loadStrays(lastBatch: number, limit: number): Promise<{ batch: number; position: number; lineId: string }[]>;
  loadPrunings(after: string, limit: number): Promise<PruningOnFile[]>;
  countWaiting(): Promise<number>;
  /** In the order of their numbers. */
  loadTimestamps(after: number, limit: number): Promise<TimestampOnFile[]>;
}

const SURPLUS = 1_000;
const LINE = `batch, position, id, tenant_id, (extract(epoch from at) * 1000)::bigint, actor, allowed_by, act, target, outcome,
  from_address, request_id, count, uuid_send(salt)`;
const TIMESTAMP = `number, first_batch, last_batch, seals_root, timestamps_root, token, token_sha256, nodes, gen_time,
  valid_until, algorithms`;
const SEAL = 'batch, tree_size, root, previous, sealed_at, key_id, signature';

type Row = readonly unknown[];

export async function readTrail<T>(database: Database, work: (reader: TrailReader) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await work(createReader(client));
  } finally {
    client.release(
      await client.query('rollback').then(
        () => false,
        () => true,
      ),
    );
  }
}

function createReader(client: pg.PoolClient): TrailReader {
  const select = async (text: string, values: unknown[]): Promise<Row[]> =>
    (await client.query({ text, values, rowMode: 'array' })).rows as Row[];
  return {
    async loadKeys() {
      const sql = 'select key_id, public_key, private_key, valid_from from audit_key order by valid_from, key_id';
      const rows = await select(sql, []);
      return rows.map(([keyId, spki, privateKey, validFrom], n) => ({
        ...{ keyId: keyId as string, spki: spki as Buffer, privateKey: privateKey as Buffer },
        validFrom: (validFrom as Date).getTime(),
        validUntil: (rows[n + 1]?.[3] as Date | undefined)?.getTime() ?? null,
      }));
    },
    async loadSeals(after, limit) {
      const sql = `select ${SEAL} from audit_seal where batch > $1 order by batch limit $2`;
      return (await select(sql, [after, limit])).map(toSeal);
    },
    async loadSealsOf(batches) {
      const rows = await select(`select ${SEAL} from audit_seal where batch = any ($1)`, [batches]);
      return new Map(rows.map((row) => [Number(row[0]), toSeal(row)]));
    },
    loadSlice: (range) => loadSlice(select, range),
    async loadStrays(lastBatch, limit) {
      const sql = `select batch, position, id from audit_line where batch > $1 or batch < 1 order by 1, 2 limit $2`;
      return (await select(sql, [lastBatch, limit])).map(([batch, position, lineId]) => ({
        ...{ batch: Number(batch), position: position as number, lineId: lineId as string },
      }));
    },
    async loadPrunings(after, limit) {
      return (await select(PRUNINGS, [after, limit])).map(([lineId, digest, youngest, told, toldAt]) => ({
        ...{ lineId: lineId as string, digest: digest as string, told: told as string | null },
        toldAt: (toldAt as Date | null)?.getTime() ?? null,
        youngestSealedAt: (youngest as Date | null)?.getTime() ?? null,
      }));
    },
    async countWaiting() {
      return Number((await select('select count(*) from audit_unsealed', []))[0]?.[0]);
    },
    async loadTimestamps(after, limit) {
      const sql = `select ${TIMESTAMP} from audit_timestamp where number > $1 order by number limit $2`;
      return (await select(sql, [after, limit])).map(toTimestamp);
    },
  };
}

/** A pruning is told by a line of its tenant, sealed or about to be. */
const PRUNINGS = `
  with taken as (
    select p.tenant_id, p.id, max(s.sealed_at) as youngest,
      encode(sha256(string_agg(int8send(p.batch) || int4send(u.position), '' order by p.batch, u.position)), 'hex') as digest
    from audit_pruning p cross join unnest(p.positions) u (position) left join audit_seal s on s.batch = p.batch
    where p.id in (select distinct id from audit_pruning where id > $1 order by id limit $2)
    group by p.tenant_id, p.id
  )
  select t.id, t.digest, t.youngest, l.target, l.at
  from taken t left join lateral (
    select l.target, least(l.at, s.sealed_at) as at from audit_line l join audit_seal s on s.batch = l.batch
    where l.tenant_id = t.tenant_id and l.id = t.id and l.act = 'audit.prune'
    union all
    select w.target, least(w.at, now()) from audit_unsealed w
    where w.tenant_id = t.tenant_id and w.id = t.id and w.act = 'audit.prune'
    limit 1
  ) l on true
  order by t.id`;

async function loadSlice(
  select: (text: string, values: unknown[]) => Promise<Row[]>,
  { from, to, size }: BatchRange,
): Promise<TrailSlice> {
  const leaves = await select('select batch, leaves from audit_batch where batch between $1 and $2', [from, to]);
  const lines = await select(
    `select ${LINE} from audit_line where batch between $1 and $2 order by batch, position limit $3`,
    [from, to, size + SURPLUS],
  );
  const prunings = await select('select batch, positions from audit_pruning where batch between $1 and $2', [from, to]);
  const pruned = new Map<number, Set<number>>();
  for (const [batch, positions] of prunings) {
    const known = pruned.get(Number(batch)) ?? new Set();
    for (const position of positions as number[]) known.add(position);
    pruned.set(Number(batch), known);
  }
  return {
    leaves: new Map(leaves.map(([batch, octets]) => [Number(batch), octets as Buffer])),
    lines: lines.map((row) => ({ batch: Number(row[0]), position: row[1] as number, line: toLine(row) })),
    pruned,
  };
}

function toSeal(row: Row): AuditSeal {
  const [batch, treeSize, root, previous, sealedAt, keyId, signature] = row;
  return {
    ...{ batch: Number(batch), treeSize: treeSize as number, root: root as Buffer, previous: previous as Buffer },
    ...{ sealedAt: (sealedAt as Date).getTime(), keyId: keyId as string, signature: signature as Buffer },
  };
}

function toTimestamp(row: Row): TimestampOnFile {
  const [number, firstBatch, lastBatch, sealsRoot, timestampsRoot, token, tokenSha256, nodes, genTime, until] = row;
  return {
    ...{ number: Number(number), firstBatch: Number(firstBatch), lastBatch: Number(lastBatch) },
    ...{ sealsRoot: sealsRoot as Buffer, timestampsRoot: timestampsRoot as Buffer, token: token as Buffer },
    ...{ tokenSha256: tokenSha256 as Buffer, nodes: nodes as Buffer, algorithms: row[10] as string[] },
    ...{ genTime: (genTime as Date).getTime(), validUntil: (until as Date).getTime() },
  };
}

function toLine(row: Row): AuditLine {
  return {
    id: row[2] as string,
    tenantId: row[3] as string,
    at: Number(row[4]),
    actor: row[5] as string,
    right: row[6] as string | null,
    act: row[7] as string,
    target: row[8] as string | null,
    outcome: row[9] as string,
    from: row[10] as string | null,
    requestId: row[11] as string | null,
    count: row[12] as number,
    salt: row[13] as Buffer,
  };
}
