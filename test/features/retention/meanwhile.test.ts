import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Bank, LONG_AGO, type RetentionWorld, withRetentionBank } from './bank.ts';

let world: RetentionWorld;
let bank: Bank;
withRetentionBank((given, created) => {
  world = given;
  bank = created;
});

/** Has somebody else at it when the request arrives, who does that and commits before it goes on. */
async function removeWhile(verificationId: string, other: string) {
  const { superuser } = world;
  const { tenantId } = bank.caller;
  await superuser.query('begin');
  await superuser.query('select pg_advisory_xact_lock(retention_lock($1))', [tenantId]);
  const removing = bank.remove(verificationId);
  const waiters = `select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`;
  while ((await superuser.query(waiters)).rows.length === 0) await sleep(10);
  await superuser.query(other, [tenantId, verificationId]);
  await superuser.query('commit');
  return removing;
}

describe('a verification whose term is over, and that is being deleted on request', () => {
  it.each([
    [
      'put on hold meanwhile stays',
      `insert into legal_hold (tenant_id, id, verification_id, reason, placed_at, placed_by)
       values ($1, 'hld_1', $2, 'litigation', now(), 'client:cli_1')`,
      'legal-hold',
      1,
    ],
    [
      'deleted meanwhile by the run is not there',
      'delete from verification where tenant_id = $1 and id = $2',
      'verification-not-found',
      0,
    ],
    [
      'of a relation opened again meanwhile stays, with no date',
      `update subject s set relation_ended_on = null from verification v
       where v.tenant_id = $1 and v.id = $2 and s.tenant_id = v.tenant_id and s.id = v.subject_id`,
      'retention-required',
      1,
    ],
  ])('%s', async (_what, other, code, left) => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const removed = await removeWhile(verificationId, other);
    expect(removed).toMatchObject({ ok: false, code });
    if (code === 'retention-required') expect(removed).toMatchObject({ deletableFrom: null });
    expect(await bank.countOf('verification')).toBe(left);
  });
});
