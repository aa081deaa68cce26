import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBase64 } from '../../src/core/base64.ts';

describe('encodeBase64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
  ])('RFC 4648 §10: "%s"', (text, encoded) => {
    expect(encodeBase64(new TextEncoder().encode(text))).toBe(encoded);
  });

  it('agrees with the platform', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });
});
