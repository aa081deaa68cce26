import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmptyTestDatabase, type TestDatabase } from '../database.ts';
import { ask } from '../platform/database/embedded/running-service.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

interface Bank {
  readonly key: string;
  readonly tenantId: string;
  readonly verificationId: string;
}

const ALTERATIONS = ['a flipped bit', 'that of another purpose', 'that of another tenant', 'cut short'] as const;
let directory: string;
let database: TestDatabase;
let service: SandboxService | undefined;
const banks: Bank[] = [];

const sql = (statement: string) => ask(database.superuserUrl, statement);
const start = () =>
  startSandboxService({
    ...{ DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl },
    DATA_DIR: directory,
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-altered-'));
  database = await createEmptyTestDatabase();
  service = await start();
  for (const n of [0, ...ALTERATIONS.keys()]) {
    const name = `bank-${banks.length}-${n}`;
    const { tenantId } = await service.jpki<{ tenantId: string }>('tenants', 'create', name);
    const scopes = ['--scopes', 'verify'];
    const { apiKey: key } = await service.jpki<{ apiKey: string }>('clients', 'create', '--tenant', name, ...scopes);
    banks.push({ key, tenantId, verificationId: (await verify(service, key)).body.verificationId });
  }
  // a replica that has opened no key yet
  await service.stop();
  service = await start();
});
afterAll(async () => {
  await service?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function verify(by: SandboxService, key: string) {
  const body = await by.sign(await newResident(by), { content: base64('content') });
  return by.ask('/jpki/verify', { key, body });
}

/** In data_key, as whoever owns the machine of the database can. */
const alteration = (what: (typeof ALTERATIONS)[number], other: string): string =>
  ({
    'a flipped bit': 'set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)',
    'that of another purpose': `(select o.wrapped_key from data_key o where o.tenant_id = data_key.tenant_id and o.purpose = 'serial')`,
    'that of another tenant': `(select o.wrapped_key from data_key o where o.tenant_id = '${other}' and o.purpose = 'report')`,
    'cut short': 'substr(wrapped_key, 1, octet_length(wrapped_key) - 1)',
  })[what];

it.each(ALTERATIONS.map((what, n) => [what, n + 1] as const))(
  'a wrapped data key with %s in its place: a clear code, nothing shown or recorded, and nothing lost',
  async (what, n) => {
    const [other, bank] = [banks[0], banks[n]];
    if (service === undefined || other === undefined || bank === undefined) throw new Error('nothing was set up');
    const { key, tenantId } = bank;
    const read = async ({ key: by, verificationId: id }: Bank) => {
      const { status, body } = await (service as SandboxService).ask(`/jpki/verifications/${id}`, { key: by });
      return [status, body.code, JSON.stringify(body).includes('花子')];
    };
    const recorded = async () => sql(`select count(*) from verification where tenant_id = '${tenantId}'`);
    const before = await recorded();
    const where = `where tenant_id = '${tenantId}' and purpose = 'report'`;
    await sql(`create table kept_key as select * from data_key ${where}`);
    await sql(`update data_key set wrapped_key = ${alteration(what, other.tenantId)} ${where}`);
    expect(await read(bank)).toEqual([500, 'stored-value-altered', false]);
    const refused = await verify(service, key);
    expect([refused.status, refused.body.code]).toEqual([500, 'stored-value-altered']);
    expect(await recorded()).toEqual(before);
    expect(await read(other)).toEqual([200, undefined, true]);

    await sql(`update data_key d set wrapped_key = k.wrapped_key from kept_key k
      where (d.tenant_id, d.purpose, d.version) = (k.tenant_id, k.purpose, k.version)`);
    await sql('drop table kept_key');
    expect(await read(bank)).toEqual([200, undefined, true]);
    const { body } = await verify(service, key);
    expect([body.indication, body.subIndication]).toEqual(['TOTAL-PASSED', null]);
  },
);
