import { describe, expect, it } from '@jest/globals';
import { formatInstant } from '../../src/core/rfc3339.ts';

describe('formatInstant', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1, '1970-01-01T00:00:00.001Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [Date.UTC(2029, 1, 17, 14, 59, 59), '2029-02-17T14:59:59Z'],
    [Date.UTC(2029, 1, 17, 14, 59, 59, 100), '2029-02-17T14:59:59.100Z'],
    [Date.UTC(2028, 11, 31, 23, 59, 59), '2028-12-31T23:59:59Z'],
    [Date.UTC(2028, 1, 29), '2028-02-29T00:00:00Z'],
    [-30_610_224_001_000, '0999-12-31T23:59:59Z'],
    [-30_610_224_000_000, '1000-01-01T00:00:00Z'],
    [253_402_300_799_000, '9999-12-31T23:59:59Z'],
    [253_402_300_800_000, '+010000-01-01T00:00:00Z'],
  ])('%d', (instant, text) => {
    expect(formatInstant(instant)).toBe(text);
    expect(Date.parse(text)).toBe(instant);
  });

  it('throws for what is no time', () => {
    expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
  });
});
