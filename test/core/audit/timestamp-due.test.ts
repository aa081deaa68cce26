import { describe, expect, it } from '@jest/globals';
import { timestampDue } from '../../../src/core/audit/timestamp-due.ts';

const T0 = Date.parse('2026-06-01T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const plan = { intervalMs: DAY, marginMs: 30 * DAY };
const newest = (change: object = {}) => ({ genTime: T0, endsAt: T0 + 365 * DAY, ...change });
const late = newest({ genTime: T0 + 334.5 * DAY });

describe('a timestamp is due', () => {
  it.each([
    ['without a seal that waits', undefined, undefined, T0 + 400 * DAY, undefined],
    ['without a seal since the newest one', newest(), undefined, T0 + 400 * DAY, undefined],
    ['a moment before the first seal has waited for the interval', undefined, T0, T0 + DAY - 1, undefined],
    ['when the first seal has waited for the interval', undefined, T0, T0 + DAY, 'interval'],
    ['a moment before the seal after the newest one has', newest(), T0 + HOUR, T0 + HOUR + DAY - 1, undefined],
    ['when the seal after the newest one has', newest(), T0 + HOUR, T0 + HOUR + DAY, 'interval'],
    ['a moment before the margin', late, T0 + 335 * DAY - 1, T0 + 335 * DAY - 1, undefined],
    ['in the margin, taken before it', late, T0 + 350 * DAY, T0 + 350 * DAY, 'renewal'],
    ['after the end', late, T0 + 365 * DAY, T0 + 365 * DAY, 'renewal'],
  ] as const)('%s', (_what, last, waitingSince, now, due) => {
    expect(timestampDue(plan, last, waitingSince, now)).toBe(due);
  });

  it('when the margin begins, to the millisecond', () => {
    const rare = { intervalMs: 400 * DAY, marginMs: 30 * DAY };
    expect(timestampDue(rare, newest(), T0, T0 + 335 * DAY - 1)).toBeUndefined();
    expect(timestampDue(rare, newest(), T0, T0 + 335 * DAY)).toBe('renewal');
  });

  it('of one whose authority ends within the margin, when half of what is left is over', () => {
    const short = newest({ endsAt: T0 + 10 * HOUR });
    expect(timestampDue(plan, short, T0, T0 + 5 * HOUR - 1)).toBeUndefined();
    expect(timestampDue(plan, short, T0, T0 + 5 * HOUR)).toBe('renewal');
  });
});
