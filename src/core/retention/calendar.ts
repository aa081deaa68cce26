import type { Instant } from '../instant.ts';

/** `YYYY-MM-DD`: a day in Japan. Sorts as text. */
export type CalendarDate = string;

/** Whole years or whole days. */
export type Period = { readonly years: number } | { readonly days: number };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const EARLIEST = '1900-01-01';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Japan has one zone and no summer time. */
const JAPAN_MS = 9 * 60 * 60 * 1000;

/** A day that the calendar has, since 1900: 30 February is none. */
export function isCalendarDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null || text < EARLIEST) return false;
  return format(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))) === text;
}

/** The day in Japan on which the instant falls. */
export const dayInJapan = (instant: Instant): CalendarDate => format(instant + JAPAN_MS);

/** Midnight in Japan with which the day begins. */
export const beginningOf = (date: CalendarDate): Instant => toUtc(date) - JAPAN_MS;

export const addDays = (date: CalendarDate, days: number): CalendarDate => format(toUtc(date) + days * DAY_MS);

/**
 * The first day after a term that is counted from an event on `date`. The day of the event does not count (民法140条); the
 * term ends with the day before the one that corresponds to its first day, or with the end of the month where there is no
 * such day (民法143条2項).
 */
export function firstDayAfter(date: CalendarDate, period: Period): CalendarDate {
  if ('days' in period) return addDays(date, period.days + 1);
  const first = new Date(toUtc(date) + DAY_MS);
  // of 29 February, a year without one makes 1 March: the day after the end of the month, as the law has it
  return format(Date.UTC(first.getUTCFullYear() + period.years, first.getUTCMonth(), first.getUTCDate()));
}

/** The last day whose term is over by `today`: those before it are over too. */
export function lastDayOver(today: CalendarDate, period: Period): CalendarDate {
  if ('days' in period) return addDays(today, -period.days - 1);
  const now = new Date(toUtc(today));
  let date = format(Date.UTC(now.getUTCFullYear() - period.years, now.getUTCMonth(), now.getUTCDate()));
  while (firstDayAfter(date, period) > today) date = addDays(date, -1);
  return date;
}

const toUtc = (date: CalendarDate): number => Date.parse(`${date}T00:00:00Z`);
const format = (utc: number): CalendarDate => new Date(utc).toISOString().slice(0, 10);
