import { describe, expect, it } from '@jest/globals';
import { options, signedRequest, verify } from '../world.ts';
import { type Bank, LONG_AGO, type RetentionWorld, TODAY, withRetentionBank } from './bank.ts';

let world: RetentionWorld;
let bank: Bank;
withRetentionBank((given, created) => {
  world = given;
  bank = created;
});

describe('a verification', () => {
  it('is kept while the relation lasts, with no date', async () => {
    const { verificationId } = await bank.verified(LONG_AGO);
    expect(await bank.remove(verificationId)).toEqual({ ok: false, code: 'retention-required', deletableFrom: null });
    expect(await bank.countOf('verification')).toBe(1);
  });

  it('is kept for seven years from the end of the relation, and says from when it may go', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-06-01');
    const kept = { ok: false, code: 'retention-required', deletableFrom: '2026-06-02' };
    expect(await bank.remove(verificationId)).toEqual(kept);
    await bank.end(subjectId, '2019-05-31');
    expect(await bank.remove(verificationId)).toMatchObject({ ok: true });
  });

  it('goes with its evidence, and leaves record, event and line', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const deleted = await bank.remove(verificationId);
    expect(deleted).toEqual({
      ok: true,
      value: {
        deletionId: expect.stringMatching(/^del_/),
        kind: 'verification',
        target: verificationId,
        count: 1,
        deletedAt: '2026-06-01T03:00:00Z',
        deletedBy: `client:${bank.caller.clientId}`,
        why: 'request',
        requestId: 'req-delete',
        goneFromBackupsOn: '2026-07-02',
      },
    });
    expect([await bank.countOf('verification'), await bank.countOf('evidence')]).toEqual([0, 0]);
    // the subject's own stays until the subject goes
    expect((await bank.rowsOf('key_store.record_key')).map(({ record_id }) => record_id)).toEqual([subjectId]);
    const events = await bank.rowsOf('event');
    expect(events.find(({ type }) => type === 'verification.deleted')).toMatchObject({
      verification_id: verificationId,
    });
    const lines = await bank.rowsOf('audit_unsealed');
    const line = { act: 'verification.delete', target: verificationId, allowed_by: 'subjects:write' };
    expect(lines.filter(({ act }) => act === 'verification.delete')).toMatchObject([line]);
    expect(await bank.remove(verificationId)).toEqual({ ok: false, code: 'verification-not-found' });
    const listed = await world.retention.listDeletions(bank.caller, { target: verificationId }, 'req-list');
    expect(listed).toMatchObject({ ok: true, value: { items: [{ target: verificationId }], nextCursor: null } });
  });

  it('that a later verification of nobody on file passed goes on request alone', async () => {
    const { verificationId } = await bank.verified(LONG_AGO);
    await world.superuser.query('update verification set subject_id = null where id = $1', [verificationId]);
    expect(await bank.run()).toMatchObject({ verifications: 0 });
    expect(await bank.remove(verificationId)).toMatchObject({ ok: true });
  });

  it('of another tenant is not there', async () => {
    const { verificationId } = await bank.verified(LONG_AGO);
    const stranger = await world.createCaller('stranger');
    expect(await bank.remove(verificationId, stranger)).toEqual({ ok: false, code: 'verification-not-found' });
    expect(await bank.hold({ verificationId }, stranger)).toEqual({ ok: false, code: 'verification-not-found' });
  });

  it('stays when only the clock of the service says that its term is over', async () => {
    const { verificationId, subjectId } = await bank.verified();
    await bank.end(subjectId, TODAY);
    world.clock.at = Date.UTC(2100, 0, 1);
    expect(await bank.remove(verificationId)).toMatchObject({ code: 'retention-required' });
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
    expect(await bank.countOf('verification')).toBe(1);
  });
});

describe('a legal hold', () => {
  it.each(['subjectId', 'verificationId'] as const)(
    'by %s keeps what is past its term until it is lifted',
    async (by) => {
      const ids = await bank.verified(LONG_AGO);
      await bank.end(ids.subjectId, '2019-05-31');
      const placed = await bank.hold({ [by]: ids[by] } as { subjectId: string });
      if (!placed.ok) throw new Error(placed.code);
      expect(await bank.remove(ids.verificationId)).toEqual({ ok: false, code: 'legal-hold' });
      expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
      expect(await world.subjects.delete(bank.caller, ids.subjectId, 'req')).toMatchObject(
        by === 'subjectId'
          ? { ok: false, code: 'legal-hold' }
          : { ok: true, value: { outcome: 'reduced', kept: [{ why: 'legal-hold', count: 1, deletableFrom: null }] } },
      );
      const lifted = await world.retention.liftHold(bank.caller, placed.value.legalHoldId, 'req-lift');
      expect(lifted).toMatchObject({ ok: true, value: { liftedBy: `client:${bank.caller.clientId}` } });
      world.clock.at += 1;
      expect(await world.retention.liftHold(bank.caller, placed.value.legalHoldId, 'req-again')).toEqual(lifted);
      expect(await bank.remove(ids.verificationId)).toMatchObject({ ok: true });
      expect(await world.retention.listHolds(bank.caller, {}, 'req')).toMatchObject({
        value: { items: [{ reason: 'litigation' }] },
      });
    },
  );

  it('is of exactly one thing that is there', async () => {
    const both = { subjectId: 'sub_x', verificationId: 'ver_x', reason: 'other' as const };
    expect(await world.retention.placeHold(bank.caller, both, options(both))).toMatchObject({
      code: 'invalid-request',
    });
    expect(await world.retention.placeHold(bank.caller, { reason: 'other' }, options({}))).toMatchObject({
      code: 'invalid-request',
    });
    expect(await bank.hold({ subjectId: 'sub_x' })).toEqual({ ok: false, code: 'subject-not-found' });
    expect(await world.retention.liftHold(bank.caller, 'hld_x', 'req')).toEqual({
      ok: false,
      code: 'legal-hold-not-found',
    });
  });
});

describe('a subject', () => {
  it('tells its relation and from when it may go', async () => {
    const { subjectId } = await bank.verified(400);
    const read = async () => {
      const subject = await world.subjects.read(bank.caller, subjectId, 'req');
      return subject.ok ? subject.value : subject.code;
    };
    const open = { subjectId, relation: { endedOn: null }, retention: { deletableFrom: null, onLegalHold: false } };
    expect(await read()).toMatchObject(open);
    await bank.end(subjectId, '2026-03-31');
    expect(await read()).toMatchObject({
      relation: { endedOn: '2026-03-31' },
      retention: { deletableFrom: '2033-04-01' },
    });
    await bank.end(subjectId, null);
    expect(await read()).toMatchObject(open);
    expect(await world.subjects.list(bank.caller, {}, 'req')).toMatchObject({
      value: { items: [open], nextCursor: null },
    });
    expect(await world.subjects.read(bank.caller, 'sub_x', 'req')).toEqual({ ok: false, code: 'subject-not-found' });
  });

  it.each(['2026-02-30', '1899-12-31', '2026-06-02'])('did not end its relation on %s', async (endedOn) => {
    const { subjectId } = await bank.verified();
    expect(await bank.end(subjectId, endedOn)).toMatchObject({ code: 'invalid-request' });
    expect(await bank.end(subjectId, TODAY)).toMatchObject({ ok: true });
  });

  it('is not deleted while the relation lasts', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    const refused = { ok: false, code: 'retention-required', deletableFrom: null };
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toEqual(refused);
    expect(await bank.countOf('certificate')).toBe(1);
  });

  it('inside the term loses what is on file; what the law keeps is told, and stays readable', async () => {
    const { subjectId, verificationId } = await bank.verified();
    await bank.end(subjectId, TODAY);
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toEqual({
      ok: true,
      value: {
        subjectId,
        outcome: 'reduced',
        deletedVerifications: 0,
        kept: [{ kind: 'verification', count: 1, why: 'statutory-term', deletableFrom: '2033-06-02' }],
        goneFromBackupsOn: '2026-07-02',
      },
    });
    expect([await bank.countOf('certificate'), await bank.countOf('subject_attributes')]).toEqual([0, 0]);
    const read = await world.verifications.read(bank.caller, verificationId, 'req');
    expect(read).toMatchObject({ ok: true, value: { attributes: expect.objectContaining({}) } });
    const again = { ok: false, code: 'retention-required', deletableFrom: '2033-06-02' };
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toEqual(again);
    expect(await bank.rowsOf('deletion_record')).toMatchObject([{ kind: 'subject-reduced', target: subjectId }]);
  });

  it('verified anew after that is another', async () => {
    const { subjectId } = await bank.verified();
    await bank.end(subjectId, TODAY);
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toMatchObject({ ok: true });
    const anew = await verify(world, bank.caller, signedRequest(Buffer.from('content')));
    expect(anew).toMatchObject({ indication: 'TOTAL-PASSED', subject: { isNew: true } });
    expect(anew.subject?.id).not.toBe(subjectId);
  });

  it('past the term goes whole', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const gone = { outcome: 'deleted', deletedVerifications: 1, kept: [] };
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toMatchObject({ ok: true, value: gone });
    for (const table of ['subject', 'certificate', 'subject_attributes', 'verification', 'evidence']) {
      expect([table, await bank.countOf(table)]).toEqual([table, 0]);
    }
    expect((await bank.rowsOf('deletion_record')).map(({ kind }) => kind).sort()).toEqual(['subject', 'verification']);
    expect(await world.subjects.delete(bank.caller, subjectId, 'req')).toEqual({
      ok: false,
      code: 'subject-not-found',
    });
  });
});
