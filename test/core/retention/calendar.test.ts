import { describe, expect, it } from '@jest/globals';
import {
  addDays,
  beginningOf,
  dayInJapan,
  firstDayAfter,
  isCalendarDate,
  lastDayOver,
} from '../../../src/core/retention/calendar.ts';

it.each(['1900-01-01', '2024-02-29', '2026-12-31', '9999-12-31'])('knows %s', (date) => {
  expect(isCalendarDate(date)).toBe(true);
});
it.each([
  ...['', '2026-02-29', '2026-02-30', '2026-13-01', '2026-00-10', '2026-1-1', '1899-12-31'],
  ...['2026-01-01T00:00:00Z', ' 2026-01-01', '２０２６-01-01', '-026-01-01'],
])('does not know %j', (date) => {
  expect(isCalendarDate(date)).toBe(false);
});

it('changes the day at midnight in Japan', () => {
  const midnight = Date.UTC(2026, 2, 31, 15);
  expect([dayInJapan(midnight - 1), dayInJapan(midnight)]).toEqual(['2026-03-31', '2026-04-01']);
  expect(beginningOf('2026-04-01')).toBe(midnight);
});

describe('a term', () => {
  it.each([
    ['2026-03-31', { years: 7 }, '2033-04-01'],
    ['2026-12-31', { years: 1 }, '2028-01-01'],
    ['2024-02-28', { years: 7 }, '2031-03-01'], // counted from 29 February, which 2031 has not
    ['2024-02-28', { years: 4 }, '2028-02-29'],
    ['2024-02-29', { years: 7 }, '2031-03-01'],
    ['2023-02-28', { years: 1 }, '2024-03-01'],
    ['2026-11-22', { days: 1 }, '2026-11-24'],
    ['2024-02-27', { days: 2 }, '2024-03-01'],
  ] as const)('from %s of %j leaves free on %s', (date, period, free) => {
    expect(firstDayAfter(date, period)).toBe(free);
  });

  it.each([{ years: 1 }, { years: 4 }, { years: 7 }, { days: 1 }, { days: 365 }])(
    'of %j: the last day over is over, the next is not',
    (period) => {
      for (let today = '2027-12-25'; today < '2029-03-10'; today = addDays(today, 1)) {
        const last = lastDayOver(today, period);
        expect([today, firstDayAfter(last, period) <= today]).toEqual([today, true]);
        expect([today, firstDayAfter(addDays(last, 1), period) > today]).toEqual([today, true]);
      }
    },
  );
});
