import type { Instant } from '../instant.ts';
import type { DerValue } from './reader.ts';
import * as tags from './tags.ts';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`, as RFC 5280 §4.1.2.5.1–2 narrows them. */
export function readTime(value: DerValue): Instant {
  const short = value.tag === tags.UTC_TIME;
  if (!short && value.tag !== tags.GENERALIZED_TIME) throw value.error('unexpected-tag', 'a time was expected');
  return parseTime(value, short ? 2 : 4);
}

/** GeneralizedTime alone (OCSP's times, a CRL's invalidityDate), without fractions of a second; `tag` where IMPLICIT. */
export function readGeneralizedTime(value: DerValue, tag: number = tags.GENERALIZED_TIME): Instant {
  if (value.tag !== tag) throw value.error('unexpected-tag', 'a GeneralizedTime was expected');
  return parseTime(value, 4);
}

/**
 * GeneralizedTime with a fraction of a second where there is one (RFC 3161 §2.4.2): after a full stop, not ending in zero.
 * What is smaller than a millisecond is cut off.
 */
export function readFractionalTime(value: DerValue): Instant {
  if (value.tag !== tags.GENERALIZED_TIME) throw value.error('unexpected-tag', 'a GeneralizedTime was expected');
  const { buffer, contentStart, end } = value;
  const stop = contentStart + 14;
  if (end - 1 <= stop) return parseTime(value, 4);
  const digits = buffer.subarray(stop + 1, end - 1);
  if (buffer[stop] !== 0x2e || digits.length === 0 || digits.length > MAX_FRACTION || digits.at(-1) === 0x30)
    throw value.error('invalid-value', 'a fraction of a second is not what DER writes');
  if (digits.some((digit) => digit < 0x30 || digit > 0x39))
    throw value.error('invalid-value', 'a time has a character that is no digit');
  const [tenths = 0x30, hundredths = 0x30, thousandths = 0x30] = digits;
  const fraction = (tenths - 0x30) * 100 + (hundredths - 0x30) * 10 + (thousandths - 0x30);
  return parseTime(value, 4, stop) + fraction;
}

/** Digits of a fraction of a second; clocks are not read beyond picoseconds. */
const MAX_FRACTION = 12;

/** `zone`: where the seconds end. */
function parseTime(value: DerValue, yearDigits: 2 | 4, zone = value.end - 1): Instant {
  const { buffer, contentStart, end } = value;
  if (zone - contentStart !== yearDigits + 10 || buffer[end - 1] !== 0x5a)
    throw value.error('invalid-value', 'a time is not in seconds and Z');
  for (let i = contentStart; i < zone; i++) {
    const digit = (buffer[i] as number) - 0x30;
    if (digit < 0 || digit > 9) throw value.error('invalid-value', 'a time has a character that is no digit');
  }
  const second = twoDigits(buffer, zone - 2);
  const minute = twoDigits(buffer, zone - 4);
  const hour = twoDigits(buffer, zone - 6);
  const day = twoDigits(buffer, zone - 8);
  const month = twoDigits(buffer, zone - 10);
  let year = twoDigits(buffer, zone - 12);
  // RFC 5280 §4.1.2.5.1: YY of 50 and above is 19YY.
  if (yearDigits === 2) year += year >= 50 ? 1900 : 2000;
  else year += twoDigits(buffer, contentStart) * 100;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month < 1 || month > 12 ? 0 : (DAYS[month - 1] as number) + (leap ? 1 : 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    throw value.error('invalid-value', 'no such time');
  if (year < 100) return new Date(0).setUTCFullYear(year, month - 1, day) + (hour * 3600 + minute * 60 + second) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function twoDigits(buffer: Uint8Array, at: number): number {
  return ((buffer[at] as number) - 0x30) * 10 + ((buffer[at + 1] as number) - 0x30);
}
