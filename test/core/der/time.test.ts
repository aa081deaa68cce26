import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { type DerElement, readDer } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { readGeneralizedTime, readTime } from '../../../src/core/der/time.ts';
import { encodeElement } from '../../../src/core/der/writer.ts';

const element = (tag: number, text: string): DerElement =>
  readDer(encodeElement(tag, Uint8Array.from(Buffer.from(text))), 99);
const utc = (text: string): number => readTime(element(tags.UTC_TIME, text));
const generalized = (text: string): number => readGeneralizedTime(element(tags.GENERALIZED_TIME, text));

describe('UTCTime', () => {
  it('is of 1950 to 2049 (RFC 5280 §4.1.2.5.1)', () => {
    expect(utc('491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
    expect(utc('500101000000Z')).toBe(Date.UTC(1950, 0, 1));
    expect(utc('000229000000Z')).toBe(Date.UTC(2000, 1, 29));
  });

  it('goes there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(2050, 0, 1) / 1000 - 1 }), (seconds) => {
        const iso = new Date(seconds * 1000).toISOString();
        expect(utc(`${iso.slice(2, 19).replaceAll(/[-T:]/g, '')}Z`)).toBe(seconds * 1000);
      }),
      { numRuns: 500, seed: 41 },
    );
  });
});

describe('GeneralizedTime', () => {
  it('goes there and back from the year 0 to 9999', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.parse('0000-01-01') / 1000, max: Date.UTC(9999, 11, 31) / 1000 }),
        (seconds) => {
          const iso = new Date(seconds * 1000).toISOString();
          expect(generalized(`${iso.slice(0, 19).replaceAll(/[-T:]/g, '')}Z`)).toBe(seconds * 1000);
        },
      ),
      { numRuns: 500, seed: 42 },
    );
    expect(generalized('99991231235959Z')).toBe(Date.UTC(9999, 11, 31, 23, 59, 59));
    expect(readTime(element(tags.GENERALIZED_TIME, '20260101000000Z'))).toBe(Date.UTC(2026, 0, 1));
    expect(readGeneralizedTime(element(0x80, '20260101000000Z'), 0x80)).toBe(Date.UTC(2026, 0, 1));
  });

  it('is not UTCTime, nor anything else', () => {
    expect(() => readGeneralizedTime(element(tags.UTC_TIME, '260101000000Z'))).toThrow('unexpected-tag');
    expect(() => readTime(element(tags.IA5_STRING, '260101000000Z'))).toThrow('unexpected-tag');
  });
});

describe('times are refused', () => {
  it.each([
    ['without seconds', '202601010000Z'],
    ['without Z', '20260101000000'],
    ['with an offset', '20260101000000+0900'],
    ['with a fraction', '20260101000000.5Z'],
    ['with a small z', '20260101000000z'],
    ['with a sign', '2026010100000-1Z'],
    ['with a space', '2026010100000 Z'],
    ['in month 0', '20260001000000Z'],
    ['in month 13', '20261301000000Z'],
    ['on day 0', '20260100000000Z'],
    ['on 29 February of no leap year', '20260229000000Z'],
    ['on 29 February 1900', '19000229000000Z'],
    ['on 31 April', '20260431000000Z'],
    ['at hour 24', '20260101240000Z'],
    ['at minute 60', '20260101006000Z'],
    ['at a leap second', '20261231235960Z'],
    ['empty', ''],
  ])('%s', (_what, text) => {
    expect(() => generalized(text)).toThrow('invalid-value');
  });

  it('or read as what they say, whatever the digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{14}$/), (digits) => {
        let at: number;
        try {
          at = generalized(`${digits}Z`);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(new Date(at).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')).toBe(digits);
      }),
      { numRuns: 2000, seed: 43 },
    );
  });
});
