import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isBase64, isInstant } from '../../../src/platform/http/formats.ts';

describe('base64', () => {
  it('accepts what Node encodes', () => {
    fc.assert(fc.property(fc.uint8Array(), (octets) => isBase64(Buffer.from(octets).toString('base64'))));
  });

  it('accepts nothing that does not encode back to itself', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AB+/=-_ \n'), maxLength: 8 });
    fc.assert(fc.property(text, (one) => !isBase64(one) || Buffer.from(one, 'base64').toString('base64') === one));
  });

  it.each(['A', 'AB', 'ABC', 'A===', '====', 'AB=C', 'AAAA=', 'AB==AB==', 'AAA=AAAA'])('refuses %s', (text) => {
    expect(isBase64(text)).toBe(false);
  });
});

describe('an instant', () => {
  it.each(['2026-11-22T03:00:00Z', '2026-11-22T03:00:00.123Z', '2024-02-29T23:59:59.999999999Z'])('is %s', (text) => {
    expect(isInstant(text)).toBe(true);
  });

  it.each([
    '2026-11-22',
    '2026-11-22T03:00:00',
    '2026-11-22T03:00:00+00:00',
    '2026-11-22T03:00:00z',
    '2026-11-22 03:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-11-22T03:00:00.Z',
  ])('is not %s', (text) => {
    expect(isInstant(text)).toBe(false);
  });
});
