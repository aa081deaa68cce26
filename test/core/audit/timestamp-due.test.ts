import { describe, expect, it } from '@jest/globals';
import { timestampDue } from '../../../src/core/audit/timestamp-due.ts';

const T0 = Date.parse('2026-06-01T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const plan = { intervalMs: DAY, marginMs: 30 * DAY };
const newest = (change: object = {}) => ({ lastBatch: 7, genTime: T0, endsAt: T0 + 365 * DAY, ...change });

describe('a timestamp is due', () => {
  it.each([
    ['before any seal', undefined, 0, T0, undefined],
    ['at the first seal', undefined, 1, T0, 'first'],
    ['a moment before the interval is over', newest(), 8, T0 + DAY - 1, undefined],
    ['when the interval is over', newest(), 8, T0 + DAY, 'interval'],
    ['without a seal since', newest(), 7, T0 + 400 * DAY, undefined],
    ['a moment before the margin', newest({ genTime: T0 + 334.5 * DAY }), 8, T0 + 335 * DAY - 1, undefined],
    ['in the margin, taken before it', newest({ genTime: T0 + 334.5 * DAY }), 8, T0 + 350 * DAY, 'renewal'],
    ['after the end', newest({ genTime: T0 + 364.9 * DAY }), 8, T0 + 365 * DAY, 'renewal'],
  ] as const)('%s', (_what, last, lastBatch, now, due) => {
    expect(timestampDue(plan, last, lastBatch, now)).toBe(due);
  });

  it('when the margin begins, to the millisecond', () => {
    const rare = { intervalMs: 400 * DAY, marginMs: 30 * DAY };
    expect(timestampDue(rare, newest(), 8, T0 + 335 * DAY - 1)).toBeUndefined();
    expect(timestampDue(rare, newest(), 8, T0 + 335 * DAY)).toBe('renewal');
  });

  it('of one whose authority ends within the margin, when half of what is left is over', () => {
    const short = newest({ endsAt: T0 + 10 * HOUR });
    expect(timestampDue(plan, short, 8, T0 + 5 * HOUR - 1)).toBeUndefined();
    expect(timestampDue(plan, short, 8, T0 + 5 * HOUR)).toBe('renewal');
  });
});
