import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runRetention } from '../../../src/features/retention/run.ts';
import { createRetentionService } from '../../../src/features/retention/service.ts';
import { createSubjectService } from '../../../src/features/subjects/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createWorld, options, signedRequest, verify, type World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The service's clock; the database's is later than any of these terms. */
const NOW = Date.UTC(2026, 5, 1, 3);
const TODAY = '2026-06-01';
let world: World;
let bank: Caller;
let count = 0;
let retention: ReturnType<typeof createRetentionService>;
let subjects: ReturnType<typeof createSubjectService>;
beforeAll(async () => {
  world = await createWorld();
  retention = createRetentionService(world);
  subjects = createSubjectService(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  world.clock.at = NOW;
  const created = await world.createCaller(`bank-${count++}`);
  bank = { ...created, right: 'subjects:write', address: '192.0.2.7' };
});

/** Somebody verified, so long ago as is said. */
async function verified(daysAgo = 0) {
  const { verificationId, subject } = await verify(world, bank, signedRequest(Buffer.from('content')));
  const at = new Date(NOW - daysAgo * DAY_MS);
  await world.superuser.query('update verification set verified_at = $1 where id = $2', [at, verificationId]);
  return { verificationId, subjectId: subject?.id ?? '' };
}
const end = (subjectId: string, endedOn: string | null) =>
  subjects.endRelation(bank, subjectId, { endedOn }, 'req-end');
const remove = (id: string) => retention.deleteVerification(bank, id, 'req-delete');
const hold = (what: { subjectId: string } | { verificationId: string }) =>
  retention.placeHold(bank, { ...what, reason: 'litigation' }, options({}));
const rowsOf = async (table: string) =>
  (await world.superuser.query(`select * from ${table} where tenant_id = $1`, [bank.tenantId])).rows;
const countOf = async (table: string) => (await rowsOf(table)).length;
const run = (dryRun = false) =>
  runRetention({ ...world, auditRetentionYears: 10 }, { dryRun, by: 'system', right: 'retention' }).then(
    ({ tenants }) => tenants.find(({ tenant }) => tenant === bank.tenantName),
  );
const LONG_AGO = 8 * 366;

describe('a verification', () => {
  it('is kept while the relation lasts, with no date', async () => {
    const { verificationId } = await verified(LONG_AGO);
    expect(await remove(verificationId)).toEqual({ ok: false, code: 'retention-required', deletableFrom: null });
    expect(await countOf('verification')).toBe(1);
  });

  it('is kept for seven years from the end of the relation, and says from when it may go', async () => {
    const { verificationId, subjectId } = await verified(LONG_AGO);
    await end(subjectId, '2019-06-01');
    const kept = { ok: false, code: 'retention-required', deletableFrom: '2026-06-02' };
    expect(await remove(verificationId)).toEqual(kept);
    await end(subjectId, '2019-05-31');
    expect(await remove(verificationId)).toMatchObject({ ok: true });
  });

  it('goes with its evidence, and leaves record, event and line', async () => {
    const { verificationId, subjectId } = await verified(LONG_AGO);
    await end(subjectId, '2019-05-31');
    const deleted = await remove(verificationId);
    expect(deleted).toEqual({
      ok: true,
      value: {
        deletionId: expect.stringMatching(/^del_/),
        kind: 'verification',
        target: verificationId,
        count: 1,
        deletedAt: '2026-06-01T03:00:00Z',
        deletedBy: `client:${bank.clientId}`,
        why: 'request',
        requestId: 'req-delete',
        goneFromBackupsOn: '2026-07-02',
      },
    });
    expect([await countOf('verification'), await countOf('evidence')]).toEqual([0, 0]);
    const events = await rowsOf('event');
    expect(events.find(({ type }) => type === 'verification.deleted')).toMatchObject({
      verification_id: verificationId,
    });
    const lines = await rowsOf('audit_unsealed');
    const line = { act: 'verification.delete', target: verificationId, allowed_by: 'subjects:write' };
    expect(lines.filter(({ act }) => act === 'verification.delete')).toMatchObject([line]);
    expect(await remove(verificationId)).toEqual({ ok: false, code: 'verification-not-found' });
    const listed = await retention.listDeletions(bank, { target: verificationId }, 'req-list');
    expect(listed).toMatchObject({ ok: true, value: { items: [{ target: verificationId }], nextCursor: null } });
  });

  it('that a later verification of nobody on file passed goes on request alone', async () => {
    const { verificationId } = await verified(LONG_AGO);
    await world.superuser.query('update verification set subject_id = null where id = $1', [verificationId]);
    expect(await run()).toMatchObject({ verifications: 0 });
    expect(await remove(verificationId)).toMatchObject({ ok: true });
  });

  it('of another tenant is not there', async () => {
    const { verificationId } = await verified(LONG_AGO);
    bank = await world.createCaller(`stranger-${count}`);
    expect(await remove(verificationId)).toEqual({ ok: false, code: 'verification-not-found' });
    expect(await hold({ verificationId })).toEqual({ ok: false, code: 'verification-not-found' });
  });

  it('stays when only the clock of the service says that its term is over', async () => {
    const { verificationId, subjectId } = await verified();
    await end(subjectId, TODAY);
    world.clock.at = Date.UTC(2100, 0, 1);
    expect(await remove(verificationId)).toMatchObject({ code: 'retention-required' });
    expect(await run()).toMatchObject({ verifications: 0, subjects: 0 });
    expect(await countOf('verification')).toBe(1);
  });
});

describe('a legal hold', () => {
  it.each(['subjectId', 'verificationId'] as const)(
    'by %s keeps what is past its term until it is lifted',
    async (by) => {
      const ids = await verified(LONG_AGO);
      await end(ids.subjectId, '2019-05-31');
      const placed = await hold({ [by]: ids[by] } as { subjectId: string });
      if (!placed.ok) throw new Error(placed.code);
      expect(await remove(ids.verificationId)).toEqual({ ok: false, code: 'legal-hold' });
      expect(await run()).toMatchObject({ verifications: 0, subjects: 0 });
      expect(await subjects.delete(bank, ids.subjectId, 'req')).toMatchObject(
        by === 'subjectId'
          ? { ok: false, code: 'legal-hold' }
          : { ok: true, value: { outcome: 'reduced', kept: [{ why: 'legal-hold', count: 1, deletableFrom: null }] } },
      );
      const lifted = await retention.liftHold(bank, placed.value.legalHoldId, 'req-lift');
      expect(lifted).toMatchObject({ ok: true, value: { liftedBy: `client:${bank.clientId}` } });
      world.clock.at += 1;
      expect(await retention.liftHold(bank, placed.value.legalHoldId, 'req-again')).toEqual(lifted);
      expect(await remove(ids.verificationId)).toMatchObject({ ok: true });
      expect(await retention.listHolds(bank, {}, 'req')).toMatchObject({
        value: { items: [{ reason: 'litigation' }] },
      });
    },
  );

  it('is of exactly one thing that is there', async () => {
    const both = { subjectId: 'sub_x', verificationId: 'ver_x', reason: 'other' as const };
    expect(await retention.placeHold(bank, both, options(both))).toMatchObject({ code: 'invalid-request' });
    expect(await retention.placeHold(bank, { reason: 'other' }, options({}))).toMatchObject({
      code: 'invalid-request',
    });
    expect(await hold({ subjectId: 'sub_x' })).toEqual({ ok: false, code: 'subject-not-found' });
    expect(await retention.liftHold(bank, 'hld_x', 'req')).toEqual({ ok: false, code: 'legal-hold-not-found' });
  });
});

describe('a subject', () => {
  it('tells its relation and from when it may go', async () => {
    const { subjectId } = await verified(400);
    const read = async () => {
      const subject = await subjects.read(bank, subjectId, 'req');
      return subject.ok ? subject.value : subject.code;
    };
    const open = { subjectId, relation: { endedOn: null }, retention: { deletableFrom: null, onLegalHold: false } };
    expect(await read()).toMatchObject(open);
    await end(subjectId, '2026-03-31');
    expect(await read()).toMatchObject({
      relation: { endedOn: '2026-03-31' },
      retention: { deletableFrom: '2033-04-01' },
    });
    await end(subjectId, null);
    expect(await read()).toMatchObject(open);
    expect(await subjects.list(bank, {}, 'req')).toMatchObject({ value: { items: [open], nextCursor: null } });
    expect(await subjects.read(bank, 'sub_x', 'req')).toEqual({ ok: false, code: 'subject-not-found' });
  });

  it.each(['2026-02-30', '1899-12-31', '2026-06-02'])('did not end its relation on %s', async (endedOn) => {
    const { subjectId } = await verified();
    expect(await end(subjectId, endedOn)).toMatchObject({ code: 'invalid-request' });
    expect(await end(subjectId, TODAY)).toMatchObject({ ok: true });
  });

  it('is not deleted while the relation lasts', async () => {
    const { subjectId } = await verified(LONG_AGO);
    const refused = { ok: false, code: 'retention-required', deletableFrom: null };
    expect(await subjects.delete(bank, subjectId, 'req')).toEqual(refused);
    expect(await countOf('certificate')).toBe(1);
  });

  it('inside the term loses what is on file; what the law keeps is told, and stays readable', async () => {
    const { subjectId, verificationId } = await verified();
    await end(subjectId, TODAY);
    expect(await subjects.delete(bank, subjectId, 'req')).toEqual({
      ok: true,
      value: {
        subjectId,
        outcome: 'reduced',
        deletedVerifications: 0,
        kept: [{ kind: 'verification', count: 1, why: 'statutory-term', deletableFrom: '2033-06-02' }],
        goneFromBackupsOn: '2026-07-02',
      },
    });
    expect([await countOf('certificate'), await countOf('subject_attributes')]).toEqual([0, 0]);
    const read = await world.verifications.read(bank, verificationId, 'req');
    expect(read).toMatchObject({ ok: true, value: { attributes: expect.objectContaining({}) } });
    const again = { ok: false, code: 'retention-required', deletableFrom: '2033-06-02' };
    expect(await subjects.delete(bank, subjectId, 'req')).toEqual(again);
    expect(await rowsOf('deletion_record')).toMatchObject([{ kind: 'subject-reduced', target: subjectId }]);
  });

  it('verified anew after that is another', async () => {
    const { subjectId } = await verified();
    await end(subjectId, TODAY);
    expect(await subjects.delete(bank, subjectId, 'req')).toMatchObject({ ok: true });
    const anew = await verify(world, bank, signedRequest(Buffer.from('content')));
    expect(anew).toMatchObject({ indication: 'TOTAL-PASSED', subject: { isNew: true } });
    expect(anew.subject?.id).not.toBe(subjectId);
  });

  it('past the term goes whole', async () => {
    const { subjectId } = await verified(LONG_AGO);
    await end(subjectId, '2019-05-31');
    const gone = { outcome: 'deleted', deletedVerifications: 1, kept: [] };
    expect(await subjects.delete(bank, subjectId, 'req')).toMatchObject({ ok: true, value: gone });
    for (const table of ['subject', 'certificate', 'subject_attributes', 'verification', 'evidence']) {
      expect([table, await countOf(table)]).toEqual([table, 0]);
    }
    expect((await rowsOf('deletion_record')).map(({ kind }) => kind).sort()).toEqual(['subject', 'verification']);
    expect(await subjects.delete(bank, subjectId, 'req')).toEqual({ ok: false, code: 'subject-not-found' });
  });
});

describe('the run', () => {
  it('deletes what is past its term to the day, and nothing else', async () => {
    const { subjectId } = await verified(LONG_AGO);
    await verified(LONG_AGO);
    await end(subjectId, '2019-06-01');
    expect(await run()).toMatchObject({ verifications: 0, subjects: 0 });
    await end(subjectId, '2019-05-31');
    expect(await run(true)).toMatchObject({ verifications: 2 });
    expect(await countOf('verification')).toBe(2);
    expect(await run()).toMatchObject({ verifications: 2, subjects: 1 });
    expect([await countOf('verification'), await countOf('subject')]).toEqual([0, 0]);
    const records = await rowsOf('deletion_record');
    expect(records).toHaveLength(3);
    for (const record of records) expect(record).toMatchObject({ deleted_by: 'system', why: 'retention' });
    expect(await run()).toMatchObject({ verifications: 0, subjects: 0 });
  });

  it('keeps a verification that came after the end that was told', async () => {
    const { subjectId } = await verified(LONG_AGO);
    await verified();
    await end(subjectId, '2019-05-31');
    expect(await run()).toMatchObject({ verifications: 1, subjects: 0 });
    expect(await countOf('certificate')).toBe(1);
  });

  it('counts one that did not pass from itself', async () => {
    world.clock.at = Date.UTC(2019, 4, 31, 14, 59); // the last minute of a day in Japan
    const early = await verify(world, bank, signedRequest(Buffer.from('content')));
    world.clock.at += 60_000;
    await verify(world, bank, signedRequest(Buffer.from('content')));
    world.clock.at = NOW;
    expect(early.indication).toBe('TOTAL-FAILED');
    expect(await run()).toMatchObject({ verifications: 1 });
    expect(await countOf('verification')).toBe(1);
  });

  it('by several replicas at once deletes each once', async () => {
    for (let n = 0; n < 5; n += 1) await verified(LONG_AGO);
    const { subjectId } = await verified(LONG_AGO);
    await end(subjectId, '2019-05-31');
    const runs = await Promise.all([run(), run(), run()]);
    const rest = await run();
    const total = [...runs, rest].reduce((sum, one) => sum + (one?.verifications ?? 0), 0);
    expect(total).toBe(6);
    expect(await countOf('verification')).toBe(0);
    expect((await rowsOf('deletion_record')).filter(({ kind }) => kind === 'verification')).toHaveLength(6);
  });
});
