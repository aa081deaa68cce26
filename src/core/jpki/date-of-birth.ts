/** Eras as jpki-pd-dateOfBirth numbers them; 0 stands for unknown. */
export type Era = 'meiji' | 'taisho' | 'showa' | 'heisei' | 'reiwa';

/** 生年月日 as far as the certificate knows it: each part null where unknown, nothing ever filled in. */
export interface DateOfBirth {
  readonly era: Era | null;
  /** Gregorian. */
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
  /** `YYYY-MM-DD`, only when every part is known and the calendar has that day. */
  readonly value: string | null;
  /** The nine digits as they stand in the certificate. */
  readonly raw: string;
}

export type DateOfBirthWarning =
  | 'date-of-birth-malformed'
  | 'date-of-birth-incomplete'
  | 'date-of-birth-not-in-calendar'
  | 'era-unknown'
  | 'era-contradicts-date';

/** By the digit E. First and last day; the day of a change of era before 1989 belongs to both. */
const ERAS: readonly (readonly [Era, string, string] | undefined)[] = [
  undefined,
  ['meiji', '1868-01-25', '1912-07-30'],
  ['taisho', '1912-07-30', '1926-12-25'],
  ['showa', '1926-12-25', '1989-01-07'],
  ['heisei', '1989-01-08', '2019-04-30'],
  ['reiwa', '2019-05-01', '9999-12-31'],
];

/** `to` inclusive; null for zero, which stands for unknown, and out of range. */
function part(digits: string, to: number): number | null {
  const number = Number(digits);
  return number >= 1 && number <= to ? number : null;
}

function inCalendar(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * EYYYYMMDD (JPKI profile, jpki-pd-dateOfBirth): E the era, YYYYMMDD Gregorian. Departures are told as warnings and the
 * parts stay as they are: who decides on age from an incomplete date must refuse.
 */
export function decodeDateOfBirth(raw: string): { dateOfBirth: DateOfBirth; warnings: readonly DateOfBirthWarning[] } {
  if (!/^[0-9]{9}$/.test(raw)) {
    const dateOfBirth = { era: null, year: null, month: null, day: null, value: null, raw };
    return { dateOfBirth, warnings: ['date-of-birth-malformed'] };
  }
  const warnings: DateOfBirthWarning[] = [];
  const era = ERAS[Number(raw[0])];
  if (era === undefined) warnings.push('era-unknown');
  const year = part(raw.slice(1, 5), 9999);
  const month = part(raw.slice(5, 7), 12);
  const day = part(raw.slice(7, 9), 31);
  const text = `${raw.slice(1, 5)}-${raw.slice(5, 7)}-${raw.slice(7, 9)}`;
  let value: string | null = null;
  if (year === null || month === null || day === null) warnings.push('date-of-birth-incomplete');
  else if (inCalendar(year, month, day)) value = text;
  else warnings.push('date-of-birth-not-in-calendar');
  if (era !== undefined && year !== null && contradicts(era, text, month, day)) warnings.push('era-contradicts-date');
  return { dateOfBirth: { era: era?.[0] ?? null, year, month, day, value, raw }, warnings };
}

/** As far as the parts are known: with an unknown month or day the era must only be possible in that year or month. */
function contradicts(era: readonly [Era, string, string], text: string, month: number | null, day: number | null) {
  const precision = month === null ? 4 : day === null ? 7 : 10;
  const known = text.slice(0, precision);
  return known < era[1].slice(0, precision) || known > era[2].slice(0, precision);
}
