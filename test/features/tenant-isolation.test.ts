import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DEPLOYMENT } from '../../src/features/audit/line.ts';
import type { Caller } from '../../src/features/tenants/caller.ts';
import { createLeaseSource } from '../../src/features/tenants/lease-store.ts';
import { seedAudit } from './audit/seed-audit.ts';
import { seedTimestamp } from './evidence/seed-timestamp.ts';
import { seedRetention } from './retention/seed-retention.ts';
import { createWorld, issueChallenge, signedRequest, verify, type World } from './world.ts';

/** Tables that hold nothing of a tenant. */
const SHARED = [
  ...['deployment_key', 'hash_epoch', 'hash_key', 'key_rotation', 'sealed_column'],
  ...['schema_migration', 'schema_migration_lock'],
  // of all tenants together: hashes behind random salts, and keys sealed by the vault
  ...['audit_batch', 'audit_delivery', 'audit_key', 'audit_seal', 'audit_timestamp', 'audit_timestamp_attempt'],
  // CRLs, trust anchors, the rules of the deployment and their turns
  ...['public_document', 'deployment_rules'],
];

const OURS = ['public', 'key_store'];

let world: World;
let mine: Caller;
let theirs: Caller;
let login: pg.Client;
let tables: string[];
beforeAll(async () => {
  world = await createWorld();
  mine = await world.createCaller('mine');
  theirs = await world.createCaller('theirs');
  for (const caller of [mine, theirs]) {
    await issueChallenge(world, caller);
    await verify(world, caller, signedRequest(Buffer.from('content')), 'key');
    const { rows } = await world.superuser.query('select id from verification where tenant_id = $1', [caller.tenantId]);
    await seedRetention(world, caller, rows[0].id);
    await seedTimestamp(world, caller, rows[0].id);
    const limits = { perMinute: 60, perDay: null, perMonth: null };
    const lease = { limits, wanted: 1, unspent: 0, unspentMinuteStartsAt: 0, at: world.clock.now() };
    await createLeaseSource(world.database)(caller, lease);
  }
  await seedAudit(world, [mine.tenantId, theirs.tenantId]);
  login = new pg.Client({ connectionString: world.testDatabase.url });
  await login.connect();
  const { rows } = await world.superuser.query(
    // each as whoever has no other schema in its path must call it
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p') and relnamespace in (${OURS.map((schema) => `'${schema}'::regnamespace`)})`,
  );
  tables = rows.map(({ name }) => name as string).filter((name) => !SHARED.includes(name));
});
afterAll(async () => {
  await login.end();
  await world.close();
});

const tenantColumn = (table: string) => (table === 'tenant' ? 'id' : 'tenant_id');

/** In a transaction of the application's login, with the tenant set, rolled back at the end. */
async function as<T>(tenantId: string | undefined, work: () => Promise<T>): Promise<T> {
  await login.query('begin');
  try {
    if (tenantId !== undefined) await login.query(`select set_config('app.tenant', $1, true)`, [tenantId]);
    return await work();
  } finally {
    await login.query('rollback');
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
const sqlState = async (work: Promise<unknown>) => {
  try {
    await work;
    return 'done';
  } catch (error) {
    return (error as pg.DatabaseError).code;
  }
};

it('knows every schema', async () => {
  const { rows } = await world.superuser.query(
    `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
  );
  expect(rows.map(({ nspname }) => nspname).sort()).toEqual([...OURS].sort());
  expect(tables).toContain('key_store.record_key');
});

it('knows every table: each has rows of both tenants, so that crossing would show', async () => {
  expect(tables.length).toBeGreaterThanOrEqual(11);
  for (const table of tables) {
    const { rows } = await world.superuser.query(
      `select distinct ${tenantColumn(table)} as id from ${table} where ${tenantColumn(table)} <> $1`,
      [DEPLOYMENT],
    );
    expect([table, rows.map(({ id }) => id).sort()]).toEqual([table, [mine.tenantId, theirs.tenantId].sort()]);
  }
});

it('has row-level security enabled and forced, and a policy with check, on every one', async () => {
  for (const table of tables) {
    const { rows } = await world.superuser.query(
      `select c.relrowsecurity as enabled, c.relforcerowsecurity as forced, p.qual, p.with_check
       from pg_class c join pg_policies p
         on p.tablename = c.relname and p.schemaname = c.relnamespace::regnamespace::text and p.policyname = 'tenant_isolation'
       where c.oid = $1::regclass`,
      [table],
    );
    expect([table, rows]).toMatchObject([table, [{ enabled: true, forced: true }]]);
    for (const expression of [rows[0].qual, rows[0].with_check]) expect(expression).toContain("'app.tenant'");
  }
});

it('admits every table of the login to the others through no further policy', async () => {
  const { rows } = await world.superuser.query(
    `select tablename, policyname, roles::text from pg_policies where 'public' = any (roles)`,
  );
  expect(rows.filter(({ policyname }) => policyname !== 'tenant_isolation')).toEqual([]);
});

it('shows the rows of the tenant that is set, alone', async () => {
  for (const table of tables) {
    const select = () => login.query(`select ${tenantColumn(table)} as id from ${table}`);
    expect([table, (await as(undefined, select)).rows]).toEqual([table, []]);
    const { rows } = await as(mine.tenantId, select);
    expect([table, [...new Set(rows.map(({ id }) => id))]]).toEqual([table, [mine.tenantId]]);
  }
});

it('shows nothing after a transaction that had a tenant, on the same connection', async () => {
  await as(mine.tenantId, () => login.query('select 1'));
  expect((await login.query('select 1 from verification')).rows).toEqual([]);
});

it('lets nobody write a row of another tenant, nor take one away', async () => {
  for (const table of tables) {
    const { rows } = await world.superuser.query(`select * from ${table} where ${tenantColumn(table)} = $1`, [
      theirs.tenantId,
    ]);
    const columns = Object.keys(rows[0]);
    const places = columns.map((_column, n) => `$${n + 1}`).join(', ');
    const values = columns.map((column) => rows[0][column]).map((v) => (isPlain(v) ? JSON.stringify(v) : v));
    const insert = `insert into ${table} (${columns.join(', ')}) values (${places})`;
    expect([table, await sqlState(as(mine.tenantId, () => login.query(insert, values)))]).toEqual([
      table,
      INSUFFICIENT_PRIVILEGE,
    ]);
    const condition = `where ${tenantColumn(table)} = '${theirs.tenantId}'`;
    const deleted = await sqlState(as(mine.tenantId, () => login.query(`delete from ${table} ${condition}`)));
    expect([table, deleted]).toEqual([table, INSUFFICIENT_PRIVILEGE]);
  }
  const use = `update challenge set used_at = now(), used_by = 'x' where tenant_id = $1`;
  expect((await as(mine.tenantId, () => login.query(use, [theirs.tenantId]))).rowCount).toBe(0);
});

const isPlain = (value: unknown) =>
  value !== null &&
  typeof value === 'object' &&
  !(value instanceof Date) &&
  !Buffer.isBuffer(value) &&
  !Array.isArray(value);

describe('what the login may do', () => {
  it.each([
    ...['subject_attributes', 'verification', 'evidence', 'event', 'data_key', 'deletion_record'],
    'key_store.record_key',
    ...['audit_unsealed', 'audit_line', 'audit_batch', 'audit_seal', 'audit_key', 'audit_pruning'],
    'audit_timestamp',
  ])('rewrites nothing of %s', async (table) => {
    const { rows } = await world.superuser.query(
      'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped',
      [table],
    );
    for (const statement of [
      ...rows.map(({ name }) => `update ${table} set ${name} = ${name}`),
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      expect(await sqlState(as(mine.tenantId, () => login.query(statement)))).toBe(INSUFFICIENT_PRIVILEGE);
    }
  });

  it('crosses tenants through these named functions and no others', async () => {
    const { rows } = await world.superuser.query(
      `select proname from pg_proc where pronamespace = any ($1::regnamespace[]) and prosecdef order by 1`,
      [OURS],
    );
    expect(rows.map(({ proname }) => proname)).toEqual([
      'answers_under_former_key',
      'audit_gather_batch',
      'audit_prune',
      'audit_waiting',
      'client_by_external_id',
      'client_by_key_hash',
      'clients_under_former_key',
      'delete_challenges',
      'delete_subject',
      'delete_verifications',
      'keep_policy',
      'list_tenants',
      'move_client_key',
      'move_hashes',
      'purge_challenges',
      'purge_idempotency_keys',
      'replace_deployment_wrapping',
      'replace_sealed',
      'replace_wrapping',
      'retire_hash_key',
      'tenant_by_name',
    ]);
  });

  it('finds a client by its whole key hash alone', async () => {
    const { rows } = await login.query('select * from client_by_key_hash($1)', [Buffer.alloc(32)]);
    expect(rows).toEqual([]);
  });

  it('has no role that could', async () => {
    const { rows } = await login.query(
      `select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false }]);
  });
});
