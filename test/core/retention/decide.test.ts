import { expect, it } from '@jest/globals';
import { decideRetention, type RetainedRecord } from '../../../src/core/retention/decide.ts';

const SEVEN = { years: 7 };
const ENDED: RetainedRecord = {
  kind: 'verification',
  recordedOn: '2020-05-01',
  relation: { endedOn: '2026-03-31' },
  held: false,
};

it('keeps for seven years from the end of the relation, to the day', () => {
  expect(decideRetention(ENDED, SEVEN, '2033-03-31')).toEqual({ state: 'kept', keepUntil: '2033-04-01' });
  const free = { state: 'deletable', since: '2033-04-01', unattended: true };
  expect(decideRetention(ENDED, SEVEN, '2033-04-01')).toEqual(free);
});

it('counts from the verification where that came later than the end that was told', () => {
  const later = { ...ENDED, recordedOn: '2027-01-10' };
  expect(decideRetention(later, SEVEN, '2033-04-01')).toEqual({ state: 'kept', keepUntil: '2034-01-11' });
});

it('never ends while the relation lasts', () => {
  expect(decideRetention({ ...ENDED, relation: 'open' }, SEVEN, '2099-01-01')).toEqual({ state: 'open' });
});

it('is held whatever the term, and before anything else', () => {
  for (const relation of ['open', 'unknown', { endedOn: '2000-01-01' }] as const) {
    expect(decideRetention({ ...ENDED, relation, held: true }, SEVEN, '2099-01-01')).toEqual({ state: 'held' });
  }
});

it('counts from the record where nobody can tell the relation, and then goes on request alone', () => {
  const unknown = { ...ENDED, relation: 'unknown' as const };
  expect(decideRetention(unknown, SEVEN, '2027-05-01')).toEqual({ state: 'kept', keepUntil: '2027-05-02' });
  const free = { state: 'deletable', since: '2027-05-02', unattended: false };
  expect(decideRetention(unknown, SEVEN, '2027-05-02')).toEqual(free);
});

it.each(['challenge', 'face', 'audit'] as const)('counts from the record for %s', (kind) => {
  const record = { ...ENDED, kind, relation: 'open' as const };
  const free = { state: 'deletable', since: '2020-06-01', unattended: true };
  expect(decideRetention(record, { days: 30 }, '2020-05-31')).toEqual({ state: 'kept', keepUntil: '2020-06-01' });
  expect(decideRetention(record, { days: 30 }, '2020-06-01')).toEqual(free);
});

it.each(['consent', 'myNumber'] as const)('waits for the end of what %s is for', (kind) => {
  expect(decideRetention({ ...ENDED, kind, relation: 'open' }, SEVEN, '2099-01-01')).toEqual({ state: 'open' });
  expect(decideRetention({ ...ENDED, kind }, SEVEN, '2033-04-01')).toMatchObject({ state: 'deletable' });
});
