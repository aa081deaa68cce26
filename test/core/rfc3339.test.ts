import { describe, expect, it } from '@jest/globals';
import { formatInstant } from '../../src/core/rfc3339.ts';

describe('formatInstant', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1, '1970-01-01T00:00:00.001Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [Date.UTC(2029, 1, 17, 14, 59, 59), '2029-02-17T14:59:59Z'],
    [Date.UTC(2029, 1, 17, 14, 59, 59, 100), '2029-02-17T14:59:59.100Z'],
  ])('%d', (instant, text) => {
    expect(formatInstant(instant)).toBe(text);
    expect(Date.parse(text)).toBe(instant);
  });
});
