import { describe, expect, it } from '@jest/globals';
import { signedRequest, verify } from '../world.ts';
import { type Bank, LONG_AGO, NOW, type RetentionWorld, withRetentionBank } from './bank.ts';

let world: RetentionWorld;
let bank: Bank;
withRetentionBank((given, created) => {
  world = given;
  bank = created;
});

describe('the run', () => {
  it('deletes what is past its term to the day, and nothing else', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-06-01');
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
    await bank.end(subjectId, '2019-05-31');
    expect(await bank.run(true)).toMatchObject({ verifications: 2 });
    expect(await bank.countOf('verification')).toBe(2);
    expect(await bank.run()).toMatchObject({ verifications: 2, subjects: 1 });
    expect([await bank.countOf('verification'), await bank.countOf('subject')]).toEqual([0, 0]);
    const records = await bank.rowsOf('deletion_record');
    expect(records).toHaveLength(3);
    for (const record of records) expect(record).toMatchObject({ deleted_by: 'system', why: 'retention' });
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
  });

  it('keeps a verification that came after the end that was told', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.verified();
    await bank.end(subjectId, '2019-05-31');
    expect(await bank.run()).toMatchObject({ verifications: 1, subjects: 0 });
    expect(await bank.countOf('certificate')).toBe(1);
  });

  it('counts one that did not pass from itself', async () => {
    world.clock.at = Date.UTC(2019, 4, 31, 14, 59); // the last minute of a day in Japan
    const early = await verify(world, bank.caller, signedRequest(Buffer.from('content')));
    world.clock.at += 60_000;
    await verify(world, bank.caller, signedRequest(Buffer.from('content')));
    world.clock.at = NOW;
    expect(early.indication).toBe('TOTAL-FAILED');
    expect(await bank.run()).toMatchObject({ verifications: 1 });
    expect(await bank.countOf('verification')).toBe(1);
  });

  it('that dies in a batch leaves whole batches, and the next one ends the work', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    await world.superuser.query(
      `insert into verification
       select (jsonb_populate_record(v, jsonb_build_object('id', 'ver_copy' || n))).*
       from verification v, generate_series(1, 449) n where v.id = $1`,
      [verificationId],
    );
    const { database } = world;
    const { inTenant } = database;
    const died = new Error('killed');
    let batches = 0;
    database.inTenant = ((tenantId, work) =>
      inTenant.call(database, tenantId, async (trx) => {
        const done = await work(trx);
        if (tenantId === bank.caller.tenantId && ++batches === 2) throw died; // before it commits
        return done;
      })) as typeof inTenant;
    await expect(bank.run()).rejects.toThrow(died);
    database.inTenant = inTenant;
    expect([await bank.countOf('verification'), await bank.countOf('deletion_record')]).toEqual([250, 200]);
    const lines = (await bank.rowsOf('audit_unsealed')).filter(({ act }) => act === 'verification.delete');
    expect(lines).toHaveLength(200);
    expect(await bank.run()).toMatchObject({ verifications: 250, subjects: 1 });
    const targets = (await bank.rowsOf('deletion_record')).map(({ target }) => target);
    expect([targets.length, new Set(targets).size]).toEqual([451, 451]);
  });

  it('waits for a hold that is being placed, and honours it; a hold waits for a batch that deletes', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const [placed] = await Promise.all([bank.hold({ subjectId }), bank.run()]);
    expect(placed.ok).toBe((await bank.countOf('verification')) === 1);
    if (!placed.ok) expect([placed.code, await bank.countOf('legal_hold')]).toEqual(['subject-not-found', 0]);
    if (placed.ok) expect(await bank.remove(verificationId)).toEqual({ ok: false, code: 'legal-hold' });
  });

  it('deletes once what a request deletes at the same time', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const [removed] = await Promise.all([
      bank.remove(verificationId),
      world.subjects.delete(bank.caller, subjectId, 'req'),
      bank.run(),
    ]);
    if (!removed.ok) expect(removed.code).toBe('verification-not-found');
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
    expect([await bank.countOf('verification'), await bank.countOf('subject')]).toEqual([0, 0]);
    const targets = (await bank.rowsOf('deletion_record')).map(({ target }) => target);
    expect(targets.sort()).toEqual([subjectId, verificationId].sort());
  });

  it('keeps a person who is verified while the relation that ended is deleted', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const request = signedRequest(Buffer.from('content'));
    const [anew] = await Promise.all([verify(world, bank.caller, request), bank.run()]);
    expect(anew.indication).toBe('TOTAL-PASSED');
    const read = await world.verifications.read(bank.caller, anew.verificationId, 'req');
    expect(read).toMatchObject({ ok: true, value: { attributes: anew.attributes } });
    const of = await world.subjects.read(bank.caller, anew.subject?.id ?? '', 'req');
    expect(of.ok).toBe(true);
  });

  it('of a relation that was opened again takes nothing', async () => {
    const { verificationId, subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    await bank.end(subjectId, null);
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
    expect(await bank.remove(verificationId)).toMatchObject({ code: 'retention-required', deletableFrom: null });
  });

  it('over a tenant that cannot be worked on goes on with the others, and tells of it', async () => {
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const broken = await world.createCaller('a-broken-one'); // the first by name
    const policy = (term: string) =>
      world.superuser.query(
        `update tenant set policy = policy || jsonb_build_object('auditRetention', $1::text) where id = $2`,
        [term, broken.tenantId],
      );
    await policy('soon');
    await expect(bank.run()).rejects.toThrow();
    expect([await bank.countOf('verification'), await bank.countOf('subject')]).toEqual([0, 0]);
    await policy('P10Y');
    expect(await bank.run()).toMatchObject({ verifications: 0 });
  });

  it('by several replicas at once deletes each once', async () => {
    for (let n = 0; n < 5; n += 1) await bank.verified(LONG_AGO);
    const { subjectId } = await bank.verified(LONG_AGO);
    await bank.end(subjectId, '2019-05-31');
    const runs = await Promise.all([bank.run(), bank.run(), bank.run()]);
    expect(runs.reduce((sum, one) => sum + (one?.verifications ?? 0), 0)).toBe(6);
    expect(runs.reduce((sum, one) => sum + (one?.subjects ?? 0), 0)).toBe(1);
    expect(await bank.run()).toMatchObject({ verifications: 0, subjects: 0 });
    expect(await bank.countOf('verification')).toBe(0);
    expect((await bank.rowsOf('deletion_record')).filter(({ kind }) => kind === 'verification')).toHaveLength(6);
  });
});
