import { describe, expect, it } from '@jest/globals';
import { secretsAreEqual } from '../../src/platform/secret.ts';

describe('secretsAreEqual', () => {
  it('is true for the same bytes, as text or octets', () => {
    expect(secretsAreEqual('jpk_secret', 'jpk_secret')).toBe(true);
    expect(secretsAreEqual('jpk_secret', Buffer.from('jpk_secret'))).toBe(true);
  });

  it.each([
    ['one character', 'jpk_secret', 'jpk_secreT'],
    ['a longer one', 'jpk_secret', 'jpk_secret '],
    ['an empty one', 'jpk_secret', ''],
  ])('is false for %s', (_what, one, other) => {
    expect(secretsAreEqual(one, other)).toBe(false);
  });
});
