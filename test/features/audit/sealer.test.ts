import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { hashAuditLine } from '../../../src/core/audit/audit-line.ts';
import { buildRoot, hashAt } from '../../../src/core/audit/merkle-tree.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { createSealer } from '../../../src/features/audit/sealer.ts';
import { auditCrypto } from '../../../src/platform/audit-crypto.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { type AuditWorld, createAuditWorld, lineOfRow, OTHER, TENANT } from './audit-world.ts';

let world: AuditWorld;
beforeEach(async () => {
  world = await createAuditWorld();
});
afterEach(() => world.close());

const rows = async (sql: string, values: unknown[] = []) => (await world.superuser.query(sql, values)).rows;
const sealedIds = async () => (await rows('select id from audit_line order by batch, position')).map(({ id }) => id);

/** A session of the application's login in a transaction of its own, which has written one line. */
async function openWriter(id: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: world.testDatabase.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query(`select set_config('app.tenant', $1, true)`, [TENANT]);
  await client.query(
    `insert into audit_unsealed (tenant_id, id, at, actor, act) values ($1, $2, $3, 'system', 'audit.list')`,
    [TENANT, id, new Date(world.clock.at)],
  );
  return client;
}

it('seals every line once, with the lines of the encoding, and chains the seals', async () => {
  const ids = [...(await world.append(3)), ...(await world.append(2, OTHER))];
  expect(await world.sealer.sealAll()).toBe(5);
  expect(await world.sealer.sealAll()).toBe(1); // the key that the first seal was made with
  expect(await world.sealer.sealAll()).toBe(0);
  expect((await sealedIds()).slice(0, 5)).toEqual(ids);
  expect(await rows('select from audit_unsealed')).toEqual([]);
  const [first, second] = await rows('select * from audit_seal join audit_batch using (batch) order by batch');
  expect([first.batch, first.tree_size, second.batch]).toEqual(['1', 5, '2']);
  expect(toHex(buildRoot(auditCrypto.sha256, first.leaves))).toBe(first.root.toString('hex'));
  for (const row of await rows('select * from audit_line where batch = 1')) {
    const expected = toHex(hashAuditLine(auditCrypto.sha256, lineOfRow(row)));
    expect(toHex(hashAt(first.leaves, row.position))).toBe(expected);
  }
});

it('hashes in the database what the code hashes, whatever a line holds', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 }).map((value) => value.replaceAll('\0', ''));
  const columns = ['id', 'actor', 'allowed_by', 'act', 'target', 'outcome', 'from_address', 'request_id'];
  const values = fc.tuple(text, text, fc.option(text), text, fc.option(text), text, fc.option(text), fc.option(text));
  const line = fc.tuple(values, fc.uuid(), fc.nat({ max: 4e12 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.uuid());
  await fc.assert(
    fc.asyncProperty(line, async ([texts, tenantId, at, count, salt]) => {
      await world.superuser.query(
        `insert into audit_unsealed (${columns.join(', ')}, tenant_id, at, count, salt)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [...texts, tenantId, new Date(at), count, salt],
      );
      const [row] = await rows(
        `select *, sha256('\\x00'::bytea || audit_line_octets(u)) as leaf from audit_unsealed u`,
      );
      await world.superuser.query('delete from audit_unsealed');
      expect(row.leaf.toString('hex')).toBe(toHex(hashAuditLine(auditCrypto.sha256, lineOfRow(row))));
    }),
    { numRuns: 60 },
  );
});

describe('writers and sealers at once', () => {
  it('take up a line that commits after later ones were sealed, and never one that rolls back', async () => {
    const early = await openWriter('aud_early');
    const lost = await openWriter('aud_lost');
    const [later] = await world.append(1);
    expect(await world.sealer.sealAll()).toBe(1);
    expect(await sealedIds()).toEqual([later]);
    await early.query('commit');
    await lost.query('rollback');
    await world.sealer.sealAll();
    const ids = await sealedIds();
    expect(ids.filter((id) => id === 'aud_early')).toHaveLength(1);
    expect(ids).not.toContain('aud_lost');
    await Promise.all([early.end(), lost.end()]);
  });

  it('miss and repeat nothing with many writers and three sealers', async () => {
    const { database, keys, clock } = world;
    const sealers = [1, 2, 3].map(() =>
      createSealer({ database, keys, clock, log: silentLog, deliver: async () => undefined }),
    );
    const written = Promise.all(
      Array.from({ length: 40 }, (_, n) => world.append(1 + (n % 7), n % 2 ? TENANT : OTHER)),
    );
    let isWriting = true;
    const sealing = sealers.map(async (sealer) => {
      while (isWriting) await sealer.sealAll();
    });
    const ids = (await written).flat();
    isWriting = false;
    await Promise.all(sealing);
    await world.sealer.sealAll();
    await world.sealer.sealAll();
    const sealed = (await sealedIds()).filter((id) => id.startsWith('aud_'));
    const keyLines = await rows(`select from audit_line where act = 'audit-key.create'`);
    expect(keyLines).toHaveLength(1);
    expect(sealed).toHaveLength(ids.length + 1);
    expect(new Set(sealed).size).toBe(sealed.length);
    expect(sealed).toEqual(expect.arrayContaining(ids));
    const batches = await rows('select batch::integer from audit_seal order by batch');
    expect(batches.map(({ batch }) => batch)).toEqual(batches.map((_row, n) => n + 1));
  });

  it('leaves the work to the one that is at it', async () => {
    await world.append(1);
    const other = new pg.Client({ connectionString: world.testDatabase.url });
    await other.connect();
    await other.query('begin');
    await other.query(`select pg_advisory_xact_lock(hashtextextended('audit_seal', 0))`);
    expect(await world.sealer.sealAll()).toBe(0);
    await other.end();
    expect(await world.sealer.sealAll()).toBe(1);
  });

  it('pauses after a seal, unless a batch is full, and not for a clock that ran ahead', async () => {
    const gather = async (limit: number, pause: number) => {
      await world.superuser.query('begin');
      const now = new Date(world.clock.at);
      const sql = 'select batch from audit_gather_batch($1, $2, make_interval(secs => $3))';
      const found = await rows(sql, [now, limit, pause]);
      await world.superuser.query('rollback');
      return found.length;
    };
    await world.append(1);
    await world.sealer.sealAll();
    await world.sealer.sealAll();
    await world.append(2);
    expect(await gather(3, 4)).toBe(0);
    expect(await gather(2, 4)).toBe(1);
    expect(await gather(3, 0)).toBe(1);
    world.clock.at += 3_999;
    expect(await gather(3, 4)).toBe(0);
    world.clock.at += 1;
    expect(await gather(3, 4)).toBe(1);
    world.clock.at -= 3_600_000;
    expect(await gather(3, 4)).toBe(1);
  });
});

describe('a sealer that dies', () => {
  it.each(['after it moved the lines', 'after it wrote the seal'])('%s: nothing is half done', async (moment) => {
    const ids = await world.append(3);
    const sealer = new pg.Client({ connectionString: world.testDatabase.url });
    sealer.on('error', () => undefined);
    await sealer.connect();
    await sealer.query('begin');
    const { rows: gathered } = await sealer.query(`select * from audit_gather_batch(now(), 10, '0')`);
    expect(gathered).toHaveLength(1);
    if (moment === 'after it wrote the seal') {
      await sealer.query(`insert into audit_key values ('k', '', '', now())`);
      await sealer.query(
        `insert into audit_seal (batch, tree_size, root, previous, sealed_at, key_id, signature)
         values (1, 3, '', '', now(), 'k', '')`,
      );
    }
    const { rows: own } = await sealer.query('select pg_backend_pid() as pid');
    await rows('select pg_terminate_backend($1, 60000)', [own[0].pid]);
    expect(await rows('select from audit_seal')).toEqual([]);
    await world.sealer.sealAll();
    expect(await sealedIds()).toEqual(ids);
  });

  it('cannot commit lines that it moved without their seal', async () => {
    await world.append(1);
    const FOREIGN_KEY = '23503';
    const login = new pg.Client({ connectionString: world.testDatabase.url });
    await login.connect();
    await login.query('begin');
    await login.query(`select * from audit_gather_batch(now(), 10, '0')`);
    await expect(login.query('commit')).rejects.toMatchObject({ code: FOREIGN_KEY });
    await login.end();
    expect(await world.sealer.sealAll()).toBe(1);
  });
});

it('seals in rounds by itself, and what is left when it stops', async () => {
  await world.append(1);
  world.sealer.start();
  await world.sealer.stop();
  expect(await sealedIds()).toHaveLength(1);
});

it('exchanges its key: one signs, each verifies in its time', async () => {
  await world.append(1);
  await world.sealer.sealAll();
  const second = await world.keys.rotate(world.clock.at, 'operator:root');
  await world.append(1);
  await world.sealer.sealAll();
  const [first, last] = await rows(
    'select s.key_id, s.sealed_at, k.valid_from from audit_seal s join audit_key k using (key_id) order by batch',
  );
  expect(first.key_id).not.toBe(second);
  expect(last.key_id).toBe(second);
  expect(last.sealed_at.getTime()).toBeGreaterThanOrEqual(last.valid_from.getTime());
  expect(first.sealed_at.getTime()).toBeLessThanOrEqual(last.valid_from.getTime());
  expect(await rows(`select actor from audit_line where act = 'audit-key.create' and target = $1`, [second])).toEqual([
    { actor: 'operator:root' },
  ]);
});
