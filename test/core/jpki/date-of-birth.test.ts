import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeDateOfBirth } from '../../../src/core/jpki/date-of-birth.ts';

type Row = [
  raw: string,
  era: string | null,
  parts: [number | null, number | null, number | null],
  value: string | null,
  warnings: string[],
];

const rows: Row[] = [
  ['319800217', 'showa', [1980, 2, 17], '1980-02-17', []],
  ['119120730', 'meiji', [1912, 7, 30], '1912-07-30', []],
  ['219120730', 'taisho', [1912, 7, 30], '1912-07-30', []],
  ['219261225', 'taisho', [1926, 12, 25], '1926-12-25', []],
  ['319261225', 'showa', [1926, 12, 25], '1926-12-25', []],
  ['319890107', 'showa', [1989, 1, 7], '1989-01-07', []],
  ['419890108', 'heisei', [1989, 1, 8], '1989-01-08', []],
  ['420190430', 'heisei', [2019, 4, 30], '2019-04-30', []],
  ['520190501', 'reiwa', [2019, 5, 1], '2019-05-01', []],
  ['320000229', 'showa', [2000, 2, 29], '2000-02-29', ['era-contradicts-date']],
  ['419890107', 'heisei', [1989, 1, 7], '1989-01-07', ['era-contradicts-date']],
  ['520190430', 'reiwa', [2019, 4, 30], '2019-04-30', ['era-contradicts-date']],
  ['019800217', null, [1980, 2, 17], '1980-02-17', ['era-unknown']],
  ['919800217', null, [1980, 2, 17], '1980-02-17', ['era-unknown']],
  ['319800200', 'showa', [1980, 2, null], null, ['date-of-birth-incomplete']],
  ['319800000', 'showa', [1980, null, null], null, ['date-of-birth-incomplete']],
  ['300000000', 'showa', [null, null, null], null, ['date-of-birth-incomplete']],
  ['319800017', 'showa', [1980, null, 17], null, ['date-of-birth-incomplete']],
  ['000000000', null, [null, null, null], null, ['era-unknown', 'date-of-birth-incomplete']],
  ['319801300', 'showa', [1980, null, null], null, ['date-of-birth-incomplete']],
  ['319800230', 'showa', [1980, 2, 30], null, ['date-of-birth-not-in-calendar']],
  ['319810229', 'showa', [1981, 2, 29], null, ['date-of-birth-not-in-calendar']],
  ['419880000', 'heisei', [1988, null, null], null, ['date-of-birth-incomplete', 'era-contradicts-date']],
  ['419890000', 'heisei', [1989, null, null], null, ['date-of-birth-incomplete']],
  ['', null, [null, null, null], null, ['date-of-birth-malformed']],
  ['19800217', null, [null, null, null], null, ['date-of-birth-malformed']],
  ['3198002170', null, [null, null, null], null, ['date-of-birth-malformed']],
  ['31980021x', null, [null, null, null], null, ['date-of-birth-malformed']],
  ['３１９８００２１７', null, [null, null, null], null, ['date-of-birth-malformed']],
];

describe('decodeDateOfBirth', () => {
  it.each(rows)('%s', (raw, era, [year, month, day], value, warnings) => {
    expect(decodeDateOfBirth(raw)).toEqual({ dateOfBirth: { era, year, month, day, value, raw }, warnings });
  });

  it('gives a value only for a day of the calendar, and always the raw text', () => {
    const nineDigits = fc.stringMatching(/^[0-9]{9}$/);
    fc.assert(
      fc.property(fc.oneof(nineDigits, fc.string({ maxLength: 12 })), (raw) => {
        const { dateOfBirth, warnings } = decodeDateOfBirth(raw);
        expect(dateOfBirth.raw).toBe(raw);
        if (dateOfBirth.value === null) {
          expect(warnings.some((warning) => warning.startsWith('date-of-birth-'))).toBe(true);
        } else {
          expect(new Date(`${dateOfBirth.value}T00:00:00Z`).toISOString().slice(0, 10)).toBe(dateOfBirth.value);
          expect(dateOfBirth.value.replaceAll('-', '')).toBe(raw.slice(1));
        }
      }),
    );
  });
});
