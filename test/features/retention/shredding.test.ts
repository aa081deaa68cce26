import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createRetentionService } from '../../../src/features/retention/service.ts';
import { createSubjectService } from '../../../src/features/subjects/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { loadEvidence } from '../../../src/features/verification/evidence-on-file.ts';
import { listVerifications, readVerification } from '../../../src/features/verification/read.ts';
import { createVerificationStore } from '../../../src/features/verification/store.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createVault } from '../../../src/platform/vault/create-vault.ts';
import { KEY_PURPOSES, RecordShredded, type Vault, VaultError } from '../../../src/platform/vault/vault.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { createWorld, signedRequest, verify, type World } from '../world.ts';

/** A restored database: of the data the backup from before a deletion; of the key store one from after it, or none. */
let world: World;
let restoredDatabase: TestDatabase;
let superuser: pg.Client;
let database: Database;
let vault: Vault;
let bank: Caller;
let other: Caller;
let shredded: { verificationId: string; subjectId: string };
let kept: { verificationId: string };
let theirs: { verificationId: string };

beforeAll(async () => {
  world = await createWorld();
  [bank, other] = [await world.createCaller('bank'), await world.createCaller('other')];
  const request = signedRequest(Buffer.from('content'), { reference: 'APP-1' });
  const { verificationId, subject } = await verify(world, bank, request);
  shredded = { verificationId, subjectId: subject?.id ?? '' };
  const set = 'update verification set verified_at = $1 where id = $2';
  await world.superuser.query(set, [new Date(Date.UTC(2015, 0, 1)), verificationId]);
  kept = await verify(world, bank, signedRequest(Buffer.from('kept'), { reference: 'APP-2' }, 'leaf-forged.crt'));
  theirs = await verify(world, other, request);

  restoredDatabase = await createTestDatabase();
  superuser = new pg.Client({ connectionString: restoredDatabase.superuserUrl });
  await superuser.connect();
  await copy('public');
  database = createDatabase({ url: restoredDatabase.url, poolSize: 2, ...PATIENT_DATABASE, log: silentLog });
  vault = await createVault({ keyFile: world.keyFile, database, log: silentLog });
});
afterAll(async () => {
  await database?.close();
  await superuser?.end();
  await restoredDatabase?.drop();
  await world?.close();
});

/** The rows of a schema, as a dump of it would have them now. */
async function copy(schema: string): Promise<void> {
  const { rows: tables } = await world.superuser.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = $1 and tablename not like 'schema_migration%'`,
    [schema],
  );
  await superuser.query('set session_replication_role = replica');
  for (const { name } of tables) {
    const { rows } = await world.superuser.query(`select jsonb_agg(to_jsonb(t)) as all from ${name} t`);
    await superuser.query(`delete from ${name}`);
    const insert = `insert into ${name} select * from jsonb_populate_recordset(null::${name}, $1)`;
    await superuser.query(insert, [JSON.stringify(rows[0].all ?? [])]);
  }
}

const occasion = { at: Date.UTC(2026, 10, 22), requestId: 'req' };
const read = (caller: Caller, id: string) =>
  readVerification(createVerificationStore(database), vault, caller, id, occasion);
const list = async (caller: Caller) => {
  const listed = await listVerifications(createVerificationStore(database), vault, caller, {}, occasion);
  if (!listed.ok) throw new Error(listed.code);
  return listed.value.items.map(({ verificationId, reference }) => [verificationId, reference]);
};
const evidence = async (caller: Caller, id: string) => {
  const sealed = await vault.open(caller.tenantId);
  return database.inTenant(caller.tenantId, (trx) => loadEvidence(trx, sealed, caller, id));
};
const lines = async () => (await superuser.query('select 1 from audit_unsealed')).rowCount;

it('opens nothing of the data as long as no key store is restored, and shows nothing of it', async () => {
  const before = await lines();
  for (const [caller, { verificationId }] of [
    [bank, shredded],
    [bank, kept],
    [other, theirs],
  ] as const) {
    await expect(read(caller, verificationId)).rejects.toBeInstanceOf(RecordShredded);
    await expect(evidence(caller, verificationId)).rejects.toBeInstanceOf(RecordShredded);
  }
  expect(await lines()).toBe(before);
  expect(await list(bank)).toEqual([]);
});

describe('with the key store of after the deletion', () => {
  beforeAll(async () => {
    const subjects = createSubjectService({ ...world, backupDays: 7 });
    world.clock.at = Date.UTC(2026, 5, 1, 3);
    await subjects.endRelation(bank, shredded.subjectId, { endedOn: '2016-01-01' }, 'req');
    const deleted = await subjects.delete(bank, shredded.subjectId, 'req');
    expect(deleted).toMatchObject({
      ok: true,
      value: { outcome: 'deleted', deletedVerifications: 1, goneFromBackupsOn: '2026-06-09' },
    });
    const records = await createRetentionService(world).listDeletions(bank, {}, 'req');
    const gone = { goneFromBackupsOn: '2026-06-09' };
    expect(records).toMatchObject({ ok: true, value: { items: [gone, gone] } });
    await copy('key_store');
  });

  it('what was deleted stays so: rows are back, and neither evidence nor attributes open', async () => {
    await expect(read(bank, shredded.verificationId)).rejects.toBeInstanceOf(RecordShredded);
    await expect(evidence(bank, shredded.verificationId)).rejects.toBeInstanceOf(RecordShredded);
    const { rows: onFile } = await superuser.query(
      `select a.id, a.attributes, c.id as certificate_id, c.serial_number from subject_attributes a
       join certificate c on c.subject_id = a.subject_id where a.subject_id = $1`,
      [shredded.subjectId],
    );
    expect(onFile).toHaveLength(1);
    const { rows: keys } = await superuser.query('select record_id, wrapped from key_store.record_key');
    expect(keys.map(({ record_id }) => record_id)).not.toContain(shredded.subjectId);
    const sealed = await vault.open(bank.tenantId);
    const gone = sealed.openRecord('subject', shredded.subjectId, null);
    const { id, attributes, certificate_id, serial_number } = onFile[0];
    const { tenantId } = bank;
    const fields = [
      ['attributes', { table: 'subject_attributes', column: 'attributes', rowId: id, tenantId }, attributes],
      ['serial', { table: 'certificate', column: 'serial_number', rowId: certificate_id, tenantId }, serial_number],
    ] as const;
    for (const [purpose, identity, octets] of fields) {
      expect(() => gone.decrypt(purpose, identity, octets)).toThrow(RecordShredded);
      for (const any of KEY_PURPOSES) expect(() => sealed.decrypt(any, identity, octets)).toThrow(VaultError);
      for (const { record_id, wrapped } of keys.filter(({ record_id }) => record_id.startsWith('ver_'))) {
        expect(() => sealed.openRecord('verification', record_id, wrapped).decrypt(purpose, identity, octets)).toThrow(
          VaultError,
        );
      }
    }
  });

  it('everything else opens', async () => {
    expect(await read(bank, kept.verificationId)).toMatchObject({ ok: true, value: { reference: 'APP-2' } });
    expect((await evidence(bank, kept.verificationId))?.content).toEqual(Buffer.from('kept'));
    expect(await read(other, theirs.verificationId)).toMatchObject({
      ok: true,
      value: { reference: 'APP-1', attributes: { name: expect.any(String) } },
    });
  });

  it('lists what there is, and not what was deleted', async () => {
    expect(await list(bank)).toEqual([[kept.verificationId, 'APP-2']]);
    expect(await list(other)).toEqual([[theirs.verificationId, 'APP-1']]);
  });

  it('does not take the key of another record or tenant in its place', async () => {
    for (const [from, tenantId] of [
      [kept, bank.tenantId],
      [theirs, other.tenantId],
    ] as const) {
      await superuser.query(
        `insert into key_store.record_key select $1, $2, purpose, wrapped from key_store.record_key
         where tenant_id = $3 and record_id = $4`,
        [bank.tenantId, shredded.verificationId, tenantId, from.verificationId],
      );
      const refusal = await read(bank, shredded.verificationId).catch((error: unknown) => error);
      expect([refusal instanceof VaultError, refusal instanceof RecordShredded]).toEqual([true, false]);
      await expect(evidence(bank, shredded.verificationId)).rejects.toBeInstanceOf(VaultError);
      await superuser.query('delete from key_store.record_key where record_id = $1', [shredded.verificationId]);
    }
  });
});
