import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { type DerElement, readDer } from '../../../src/core/der/reader.ts';
import { decodeUtf8, encodeUtf8, readAscii, readString } from '../../../src/core/der/strings.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement } from '../../../src/core/der/writer.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const element = (tag: number, content: Uint8Array): DerElement => readDer(encodeElement(tag, content), 1 << 20);
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

function outcome(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return `refused: ${error.code}`;
    throw error;
  }
}

describe('UTF-8', () => {
  const oracle = (bytes: Uint8Array): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return 'refused: invalid-value';
    }
  };
  const mangled = fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(255)).map(([text, at, octet]) => {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > 0) bytes[at % bytes.length] = octet;
    return bytes;
  });

  it('is read as a strict decoder reads it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), mangled), (bytes) => {
        expect(outcome(() => decodeUtf8(bytes))).toBe(oracle(bytes));
      }),
      { numRuns: 5000, seed: 31 },
    );
  });

  it('is read alike for every lead octet and every kind of octet after it', () => {
    for (let lead = 0x80; lead < 0x100; lead++) {
      for (const second of [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]) {
        for (const rest of [[], [0x80], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0x7f]]) {
          const bytes = Uint8Array.of(lead, second, ...rest);
          expect(outcome(() => decodeUtf8(bytes))).toBe(oracle(bytes));
        }
      }
    }
  });

  it.each([
    ['overlong in two', 'c0af'],
    ['overlong in three', 'e080af'],
    ['overlong in four', 'f08080af'],
    ['a surrogate', 'eda080'],
    ['beyond U+10FFFF', 'f4908080'],
    ['cut off', 'e38182e381'],
    ['a stray continuation', '80'],
  ])('that is %s is refused', (_what, bytes) => {
    expect(() => decodeUtf8(hex(bytes))).toThrow(DecodeError);
  });

  it('goes there and back, in strings of any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
        expect(Buffer.from(encodeUtf8(text)).equals(new TextEncoder().encode(text))).toBe(true);
      }),
      { numRuns: 500, seed: 32 },
    );
    // Pairs of code units at every place where a long string could be cut.
    for (const shift of ['', 'a']) {
      const long = shift + '𠮷'.repeat(9000);
      expect(decodeUtf8(encodeUtf8(long))).toBe(long);
    }
  });
});

describe('strings', () => {
  it.each<[string, number, Uint8Array, string | undefined]>([
    ['UTF8String', tags.UTF8_STRING, encodeUtf8('氏名'), '氏名'],
    ['PrintableString', tags.PRINTABLE_STRING, ascii("AZaz09 '()+,-./:=?"), "AZaz09 '()+,-./:=?"],
    ['PrintableString as met with', tags.PRINTABLE_STRING, ascii('*@&_'), '*@&_'],
    ['PrintableString with #', tags.PRINTABLE_STRING, ascii('#'), 'refused: invalid-value'],
    ['PrintableString above 127', tags.PRINTABLE_STRING, hex('e9'), 'refused: invalid-value'],
    ['NumericString', tags.NUMERIC_STRING, ascii('012 3'), '012 3'],
    ['IA5String', tags.IA5_STRING, hex('00417f'), '\u0000A\u007f'],
    ['IA5String above 127', tags.IA5_STRING, hex('4180'), 'refused: invalid-value'],
    ['VisibleString', tags.VISIBLE_STRING, ascii('x'), 'x'],
    ['TeletexString', tags.TELETEX_STRING, hex('e9'), 'é'],
    ['BMPString', tags.BMP_STRING, hex('6c0f540d'), '氏名'],
    ['BMPString cut', tags.BMP_STRING, hex('6c0f54'), 'refused: invalid-value'],
    ['BMPString with a surrogate', tags.BMP_STRING, hex('d842dfb7'), 'refused: invalid-value'],
    ['UniversalString', tags.UNIVERSAL_STRING, hex('00020bb7'), '𠮷'],
    ['UniversalString beyond', tags.UNIVERSAL_STRING, hex('00110000'), 'refused: invalid-value'],
    ['empty', tags.UTF8_STRING, hex(''), ''],
    ['no string', tags.OCTET_STRING, hex('41'), undefined],
  ])('%s', (_what, tag, content, expected) => {
    expect(outcome(() => readString(element(tag, content)))).toBe(expected);
  });

  it('of IA5 under an IMPLICIT tag', () => {
    expect(readAscii(element(0x82, ascii('example.com')))).toBe('example.com');
    expect(() => readAscii(element(0x82, hex('c3a9')))).toThrow('invalid-value');
    const long = 'x'.repeat(20_000);
    expect(readAscii(element(0x86, ascii(long)))).toBe(long);
  });
});
