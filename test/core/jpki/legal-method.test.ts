import { describe, expect, it } from '@jest/globals';
import { selectLegalMethod } from '../../../src/core/jpki/legal-method.ts';

describe('selectLegalMethod', () => {
  it.each([
    ['2026-11-22T00:00:00Z', 'カ', '2025-06-24', '20260806_508M60000F5A006'],
    ['2027-03-31T14:59:59.999Z', 'カ', '2025-06-24', '20260806_508M60000F5A006'],
    ['2027-03-31T15:00:00Z', 'ヌ', '2027-04-01', '20270401_508M60000F5A005'],
    ['2030-01-01T00:00:00Z', 'ヌ', '2027-04-01', '20270401_508M60000F5A005'],
    ['2025-06-23T15:00:00Z', 'カ', '2025-06-24', '20260806_508M60000F5A006'],
    ['2025-06-23T14:59:59.999Z', 'ワ', null, null],
  ])('at %s it is %s', (at, letter, effectiveFrom, revisionId) => {
    expect(selectLegalMethod(Date.parse(at))).toEqual({
      code: 'jp.apt.jpki-signature',
      article: `犯罪収益移転防止法施行規則 第6条第1項第1号${letter}`,
      effectiveFrom,
      revisionId,
    });
  });

  it('takes no time that is not a number', () => {
    expect(() => selectLegalMethod(Number.NaN)).toThrow(RangeError);
  });
});
