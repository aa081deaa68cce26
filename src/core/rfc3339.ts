import type { Instant } from './instant.ts';

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/**
 * RFC 3339 in UTC with `Z`; a fraction only where there is one, so that times of whole seconds read as they are encoded.
 * Put together by hand where that is plain: toISOString takes three times as long, and a report has many times in it.
 */
export function formatInstant(instant: Instant): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) return formatRare(date);
  const day = `${year}-${TWO_DIGITS[date.getUTCMonth() + 1]}-${TWO_DIGITS[date.getUTCDate()]}`;
  const hour = TWO_DIGITS[date.getUTCHours()];
  const text = `${day}T${hour}:${TWO_DIGITS[date.getUTCMinutes()]}:${TWO_DIGITS[date.getUTCSeconds()]}`;
  const milliseconds = date.getUTCMilliseconds();
  return milliseconds === 0 ? `${text}Z` : `${text}.${String(milliseconds).padStart(3, '0')}Z`;
}

/** Years of another number of digits; throws RangeError for what is no time. */
function formatRare(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}
