import { describe, expect, it, jest } from '@jest/globals';
import { readDer } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement, encodeObjectIdentifier, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { compareNames, placeWithin } from '../../../src/core/x509/compare-names.ts';
import { decodeName, type Name } from '../../../src/core/x509/name.ts';
import { type NameAttribute, name } from './certificate-builder.ts';

const CN = '2.5.4.3';
const decode = (der: Uint8Array): Name => decodeName(readDer(der, 4096));
const make = (...attributes: readonly NameAttribute[]): Name => decode(name(...attributes));
const [PRINTABLE, UTF8, IA5, TELETEX] = [tags.PRINTABLE_STRING, tags.UTF8_STRING, tags.IA5_STRING, tags.TELETEX_STRING];

/** Marks that go above the letter, then marks that go below it and that NFKC puts first. */
const marks = (above: number, below: number): string => '\u0301'.repeat(above) + '\u0323'.repeat(below);

describe('names are the same (RFC 5280 §7.1)', () => {
  it.each([
    ['octet by octet', make('a', 'b'), make('a', 'b')],
    ['without regard to case', make('JPKI for Digital Signature'), make('jpki for digital signature')],
    ['beyond ASCII too', make('ÄÖ'), make('äö')],
    ['in PrintableString and UTF8String', make([CN, 'A b', PRINTABLE]), make([CN, 'a B', UTF8])],
    ['with spaces folded and trimmed', make('  a  b '), make('a b')],
    ['with other white space', make('a\u3000b'), make('a b')],
    ['in composed and decomposed form', make('e\u0301'), make('\u00e9')],
    ['in full and half width', make('ＪＰＫＩ'), make('jpki')],
    ['without characters that are not seen', make('a\u00adb\u200d'), make('ab')],
    [
      'in domainComponent',
      make(['0.9.2342.19200300.100.1.25', 'Example', IA5]),
      make(['0.9.2342.19200300.100.1.25', 'EXAMPLE', IA5]),
    ],
    ['in emailAddress', make(['1.2.840.113549.1.9.1', 'A@B.C', IA5]), make(['1.2.840.113549.1.9.1', 'a@b.c', IA5])],
    ['in a sign that NFKC writes in capitals', make('\u2121'), make('tel')],
    ['with up to 30 marks in a row, in any order', make(`a${marks(15, 15)}`), make(`a${marks(0, 15)}${marks(15, 0)}`)],
    ['and empty', make(), make()],
  ])('%s', (_how, a, b) => {
    expect(compareNames(a, b)).toBe(true);
    expect(compareNames(b, a)).toBe(true);
  });

  it('with several attributes in one RDN, in the order of either encoding', () => {
    const attribute = (type: string, value: string, tag: number): Uint8Array =>
      encodeSequence(encodeObjectIdentifier(type), encodeElement(tag, new TextEncoder().encode(value)));
    const a = decode(encodeSequence(encodeSetOf([attribute(CN, 'x', UTF8), attribute(CN, 'longer', PRINTABLE)])));
    const b = decode(encodeSequence(encodeSetOf([attribute(CN, 'X', PRINTABLE), attribute(CN, 'LONGER', UTF8)])));
    expect(compareNames(a, b)).toBe(true);
    const c = decode(encodeSequence(encodeSetOf([attribute(CN, 'X', PRINTABLE), attribute(CN, 'SHORTER', UTF8)])));
    expect(compareNames(a, c)).toBe(false);
  });
});

describe('names differ', () => {
  it.each([
    ['by a letter', make('a'), make('b')],
    ['by spaces inside against none', make('a b'), make('ab')],
    ['by type', make(['2.5.4.10', 'a']), make(['2.5.4.11', 'a'])],
    ['by order', make('a', 'b'), make('b', 'a')],
    ['by length', make('a', 'b'), make('a')],
    ['by case where the string type is compared as octets', make([CN, 'a', TELETEX]), make([CN, 'A', TELETEX])],
    ['by case in another IA5String', make([CN, 'a', IA5]), make([CN, 'A', IA5])],
    ['by the order of more than 30 marks in a row', make(`a${marks(16, 15)}`), make(`a${marks(0, 15)}${marks(16, 0)}`)],
    [
      'by that of half-width voicing marks',
      make(`a${'\uff9e\u0334'.repeat(16)}`),
      make(`a${'\u0334\uff9e'.repeat(16)}`),
    ],
    ['by string type otherwise', make([CN, 'a', TELETEX]), make([CN, 'a', UTF8])],
  ])('%s', (_how, a, b) => {
    expect(compareNames(a, b)).toBe(false);
    expect(compareNames(b, a)).toBe(false);
  });

  it('by the grouping of attributes into RDNs', () => {
    const one = encodeSequence(encodeObjectIdentifier(CN), encodeElement(UTF8, Uint8Array.of(0x61)));
    const two = encodeSequence(encodeObjectIdentifier(CN), encodeElement(UTF8, Uint8Array.of(0x62)));
    const together = decode(encodeSequence(encodeSetOf([one, two])));
    expect(compareNames(together, make('a', 'b'))).toBe(false);
  });
});

describe('subtrees', () => {
  it('hold themselves and what lies below', () => {
    expect(placeWithin(make('a', 'b'), make('A'))).toBe('inside');
    expect(placeWithin(make('a'), make('a'))).toBe('inside');
    expect(placeWithin(make('a'), make('a', 'b'))).toBe('outside');
    expect(placeWithin(make('b', 'a'), make('a'))).toBe('outside');
    expect(placeWithin(make('a'), make())).toBe('inside');
    expect(placeWithin(make([CN, 'a', TELETEX], 'b'), make('a'))).toBe('unknown');
    expect(placeWithin(make([CN, 'a', TELETEX], 'b'), make('a', 'c'))).toBe('outside');
    expect(placeWithin(make([CN, 'a', TELETEX], 'b'), make([CN, 'a', TELETEX]))).toBe('inside');
  });
});

describe('a name that is made to be slow', () => {
  it('is read up to 8 KiB', () => {
    // Tag, length, and the CN's own headers are 4 + 4 + 4 + 5 + 4 octets; the first 4 are not counted.
    const ofLength = (octets: number): Uint8Array => name('x'.repeat(octets - 17));
    const read = (der: Uint8Array): Name => decodeName(readDer(der, 65_536));
    expect(read(ofLength(8192)).rdns).toHaveLength(1);
    expect(() => read(ofLength(8193))).toThrow('size-limit');
  });

  it('is compared as it stands, for its marks would take the square of their number to put in order', () => {
    const slow = (n: number): Name => decodeName(readDer(name(`a${marks(2000, 2000)}${n}`), 65_536));
    const names = Array.from({ length: 60 }, (_, n) => slow(n));
    const normalize = jest.spyOn(String.prototype, 'normalize');
    try {
      for (const one of names) expect(compareNames(one, make('a'))).toBe(false);
      expect(normalize).not.toHaveBeenCalled();
      expect(compareNames(make('é'), make('a'))).toBe(false);
      expect(normalize).toHaveBeenCalled();
    } finally {
      normalize.mockRestore();
    }
  });
});
