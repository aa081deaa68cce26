const JST_OFFSET_MS = 9 * 3_600_000;

export const DAY_MS = 86_400_000;

/** The instant without its milliseconds: certificates know none. */
export const wholeSecond = (at: number): number => Math.floor(at / 1000) * 1000;

/** Calendar in Japan, which has no summer time. */
function jstParts(at: number) {
  const shifted = new Date(at + JST_OFFSET_MS);
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() };
}

/** yyyyMMddHHmmss in Japan. */
export const jstStamp = (at: number): string =>
  new Date(at + JST_OFFSET_MS).toISOString().slice(0, 19).replace(/[-T:]/g, '');

/** EYYYYMMDD (certificates.md §4.2) → month and day, undefined where unknown. */
function birthday(dateOfBirth: string): { month: number; day: number } | undefined {
  const month = Number(dateOfBirth.slice(5, 7));
  const day = Number(dateOfBirth.slice(7, 9));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { month, day } : undefined;
}

/**
 * 14:59:59Z (23:59:59 in Japan) of the n-th birthday after the issue (certificates.md §1). Who has no known birthday gets
 * the day of issue in its place; 29 February counts as the 28th.
 */
export function endOfValidity(issuedAt: number, dateOfBirth: string, birthdays = 5): number {
  const issued = jstParts(issuedAt);
  const { month, day } = birthday(dateOfBirth) ?? issued;
  const passed = month < issued.month || (month === issued.month && day <= issued.day);
  const year = issued.year + birthdays - (passed ? 0 : 1);
  return Date.UTC(year, month - 1, month === 2 ? Math.min(day, 28) : day, 14, 59, 59);
}
