import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSubjectService } from '../../src/features/subjects/service.ts';
import { createWorld, signedRequest, verify, type World } from '../features/world.ts';
import { runInTerminal } from './terminal.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const bank = await world.createCaller('bank');
  await world.createCaller('bank-without');
  const { verificationId, subject } = await verify(world, bank, signedRequest(Buffer.from('content')));
  const set = 'update verification set verified_at = $1 where id = $2';
  await world.superuser.query(set, [new Date(Date.UTC(2015, 0, 1)), verificationId]);
  await createSubjectService(world).endRelation(bank, subject?.id ?? '', { endedOn: '2016-01-01' }, 'req');
});
afterAll(() => world.close());

const jpki = (...args: string[]) =>
  runInTerminal(args, {
    DATABASE_URL: world.testDatabase.url,
    DATABASE_ADMIN_URL: world.testDatabase.adminUrl,
    VAULT_KEY_FILE: world.keyFile,
  });
const countOf = async (table: string) => (await world.superuser.query(`select 1 from ${table}`)).rows.length;

it('says what would go, and takes nothing; then takes it, in the name of the operator', async () => {
  const dry = await jpki('retention', 'run', '--dry-run', '--json');
  expect(JSON.parse(dry.out.join(''))).toEqual({
    dryRun: true,
    tenants: [
      { tenant: 'bank', verifications: 1, subjects: 0, challenges: 0, auditLines: 0 },
      { tenant: 'bank-without', verifications: 0, subjects: 0, challenges: 0, auditLines: 0 },
    ],
    deploymentAuditLines: 0,
    goneFromBackupsOn: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
  });
  expect(await countOf('verification')).toBe(1);
  const run = await jpki('retention', 'run');
  expect(run).toMatchObject({
    code: 0,
    out: [
      'bank: 1 verifications, 1 subjects, 0 challenges, 0 audit lines went.',
      'bank-without: 0 verifications, 0 subjects, 0 challenges, 0 audit lines went.',
      'The deployment itself: 0 audit lines went.',
      expect.stringMatching(/^From \d{4}-\d{2}-\d{2} on no backup can bring back what goes today\.$/),
    ],
  });
  expect([await countOf('verification'), await countOf('subject')]).toEqual([0, 0]);
  const { rows } = await world.superuser.query('select distinct deleted_by from deletion_record');
  expect(rows).toEqual([{ deleted_by: expect.stringMatching(/^operator:/) }]);
});

it('takes no other words', async () => {
  expect((await jpki('retention', 'run', 'now')).code).toBe(2);
  expect((await jpki('retention', 'run', '--dry')).code).toBe(2);
});
