import type { Instant } from '../instant.ts';
import type { DerElement } from './reader.ts';
import * as tags from './tags.ts';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`, as RFC 5280 §4.1.2.5.1–2 narrows them. */
export function readTime(element: DerElement): Instant {
  const short = element.tag === tags.UTC_TIME;
  if (!short && element.tag !== tags.GENERALIZED_TIME) throw element.error('unexpected-tag', 'a time was expected');
  return parseTime(element, short ? 2 : 4);
}

/** GeneralizedTime alone (OCSP's times, a CRL's invalidityDate), without fractions of a second; `tag` where IMPLICIT. */
export function readGeneralizedTime(element: DerElement, tag: number = tags.GENERALIZED_TIME): Instant {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'a GeneralizedTime was expected');
  return parseTime(element, 4);
}

function parseTime(element: DerElement, yearDigits: 2 | 4): Instant {
  const { content } = element;
  if (content.length !== yearDigits + 11 || content[yearDigits + 10] !== 0x5a) {
    throw element.error('invalid-value', 'a time is not in seconds and Z');
  }
  const number = (from: number, digits: number): number => {
    let value = 0;
    for (let i = from; i < from + digits; i++) {
      const digit = (content[i] as number) - 0x30;
      if (digit < 0 || digit > 9) throw element.error('invalid-value', 'a time has a character that is no digit');
      value = value * 10 + digit;
    }
    return value;
  };
  let year = number(0, yearDigits);
  // RFC 5280 §4.1.2.5.1: YY of 50 and above is 19YY.
  if (yearDigits === 2) year += year >= 50 ? 1900 : 2000;
  const month = number(yearDigits, 2);
  const day = number(yearDigits + 2, 2);
  const hour = number(yearDigits + 4, 2);
  const minute = number(yearDigits + 6, 2);
  const second = number(yearDigits + 8, 2);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    throw element.error('invalid-value', 'no such time');
  if (year < 100) return new Date(0).setUTCFullYear(year, month - 1, day) + (hour * 3600 + minute * 60 + second) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
