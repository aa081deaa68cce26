import { describe, expect, it } from '@jest/globals';
import { describeOldServer } from '../../../src/platform/database/server-version.ts';

describe('describeOldServer', () => {
  it.each([
    [150_000, '15.0'],
    [150_004, '15.4'],
    [180_001, '18.1 (Debian 18.1-1)'],
  ])('says nothing of %d', (number, text) => {
    expect(describeOldServer({ number, text })).toBeUndefined();
  });

  it.each([
    [149_999, '14.99'],
    [140_019, '14.19 (Debian 14.19-1)'],
    [90_624, '9.6.24'],
  ])('says of %d that it is too old', (number, text) => {
    expect(describeOldServer({ number, text })).toBe(`PostgreSQL ${text} is too old: version 15 or later is needed.`);
  });

  it('takes no server for new enough that does not say its version', () => {
    expect(describeOldServer(undefined)).toMatch(/does not say its version/);
  });
});
