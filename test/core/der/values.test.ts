import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { type DerElement, readDer } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import {
  readBitString,
  readBoolean,
  readIntegerOctets,
  readNamedBits,
  readNull,
  readObjectIdentifier,
  readOctetAlignedBitString,
  readOctetString,
  readSmallInteger,
} from '../../../src/core/der/values.ts';
import {
  encodeElement,
  encodeIntegerOctets,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSetOf,
} from '../../../src/core/der/writer.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const element = (bytes: string | Uint8Array): DerElement =>
  readDer(typeof bytes === 'string' ? hex(bytes) : bytes, 9999);
const asHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What reading gives, or undefined for a DecodeError; anything else thrown fails the test. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

describe('every type refuses every other tag', () => {
  const readers: readonly (readonly [number, (of: DerElement) => unknown])[] = [
    [tags.BOOLEAN, readBoolean],
    [tags.INTEGER, readIntegerOctets],
    [tags.INTEGER, readSmallInteger],
    [tags.BIT_STRING, readBitString],
    [tags.BIT_STRING, readNamedBits],
    [tags.OCTET_STRING, readOctetString],
    [tags.NULL, readNull],
    [tags.OBJECT_IDENTIFIER, readObjectIdentifier],
  ];
  it.each(readers)('0x%i', (own, read) => {
    for (let tag = 0; tag < 0x100; tag++) {
      if ((tag & 0x1f) === 0x1f || tag === own) continue;
      expect(() => read(element(encodeElement(tag, Uint8Array.of(0))))).toThrow('unexpected-tag');
    }
  });
});

describe('BOOLEAN', () => {
  it('is 00 or FF', () => {
    expect(readBoolean(element('010100'))).toBe(false);
    expect(readBoolean(element('0101ff'))).toBe(true);
    expect(readBoolean(element('8001ff'), 0x80)).toBe(true);
    for (const wrong of ['0100', '010101', '0102ffff'])
      expect(() => readBoolean(element(wrong))).toThrow('invalid-value');
  });
});

describe('INTEGER', () => {
  it('is in the fewest octets', () => {
    for (const right of ['00', '7f', '80', 'ff', '0080', 'ff7f', '00ff'])
      expect(asHex(readIntegerOctets(element(encodeIntegerOctets(hex(right)))))).toBe(right);
    for (const wrong of ['0000', '007f', 'ff80', 'ffff']) {
      expect(() => readIntegerOctets(element(encodeIntegerOctets(hex(wrong))))).toThrow('non-minimal-value');
    }
    expect(() => readIntegerOctets(element('0200'))).toThrow('invalid-value');
  });

  it('that is small is not negative and below 2^31', () => {
    expect(readSmallInteger(element('020100'))).toBe(0);
    expect(readSmallInteger(element('02020080'))).toBe(128);
    expect(readSmallInteger(element('02047fffffff'))).toBe(2 ** 31 - 1);
    for (const wrong of ['0201ff', '02050080000000', '020480000000'])
      expect(() => readSmallInteger(element(wrong))).toThrow('invalid-value');
  });
});

describe('BIT STRING', () => {
  it('has unused bits that are zero', () => {
    expect(readBitString(element('0303 04 ff f0'))).toEqual({ bytes: hex('fff0'), unusedBits: 4 });
    expect(readBitString(element('0301 00'))).toEqual({ bytes: hex(''), unusedBits: 0 });
    for (const wrong of ['0300', '030108', '030101', '0302 08 00', '0302 04 08', '0302 01 01'])
      expect(() => readBitString(element(wrong))).toThrow('invalid-value');
  });

  it('of a signature is whole octets', () => {
    expect(asHex(readOctetAlignedBitString(element('0303 00 0102')))).toBe('0102');
    expect(() => readOctetAlignedBitString(element('0302 01 02'))).toThrow('invalid-value');
  });

  it('of named bits ends in a one', () => {
    expect(readNamedBits(element('0302 05 a0'))).toBe(0b101);
    expect(readNamedBits(element('0303 07 0080'))).toBe(1 << 8);
    expect(readNamedBits(element('0301 00'))).toBe(0);
    for (const wrong of ['0302 00 a0', '0302 04 a0', '0302 00 00', '0303 00 8000'])
      expect(() => readNamedBits(element(wrong))).toThrow('non-minimal-value');
  });

  it('of named bits is no longer than four octets', () => {
    const ones = (octets: number) => encodeElement(tags.BIT_STRING, Uint8Array.of(0, ...Array(octets).fill(0xff)));
    expect(readNamedBits(element(ones(4)))).toBe(0xffffffff);
    for (const octets of [5, 60_000]) expect(() => readNamedBits(element(ones(octets)))).toThrow('size-limit');
  });

  it('of named bits has one encoding for each set', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), (content) => {
        const read = attempt(() => readNamedBits(element(encodeElement(tags.BIT_STRING, content))));
        if (read === undefined) return;
        const highest = 31 - Math.clz32(read);
        const bytes = new Uint8Array(highest < 0 ? 0 : (highest >> 3) + 1);
        for (let bit = 0; bit <= highest; bit++)
          if ((read >>> bit) & 1) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
        expect([...content]).toEqual([highest < 0 ? 0 : 7 - (highest & 7), ...bytes]);
      }),
      { numRuns: 2000, seed: 21 },
    );
  });
});

describe('NULL and OCTET STRING', () => {
  it('are what they are', () => {
    expect(() => readNull(element(encodeNull()))).not.toThrow();
    expect(() => readNull(element('050100'))).toThrow('invalid-value');
    expect(asHex(readOctetString(element(encodeOctetString(hex('0102')))))).toBe('0102');
    expect(asHex(readOctetString(element('8002 0102'), 0x80))).toBe('0102');
  });
});

describe('OBJECT IDENTIFIER', () => {
  it.each([
    ['0.0', '060100'],
    ['0.39', '060127'],
    ['1.0', '060128'],
    ['1.39', '06014f'],
    ['2.0', '060150'],
    ['2.5.29.15', '0603551d0f'],
    ['2.48', '06028100'],
    ['2.999.3', '0603883703'],
    ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
    ['1.2.392.200149.8.5.5.1', '060a2a8308 8c9b55 08050501'.replaceAll(' ', '')],
    [
      '2.25.340282366920938463463374607431768211455',
      '061469 83ffffffffffffffffffffffffffffffffff7f'.replaceAll(' ', ''),
    ],
  ])('%s', (text, bytes) => {
    expect(readObjectIdentifier(element(bytes))).toBe(text);
    expect(asHex(encodeObjectIdentifier(text))).toBe(bytes);
  });

  it.each([
    ['0600', 'invalid-value'],
    ['060180', 'truncated'],
    ['0602 2a86', 'truncated'],
    ['0602 8001', 'non-minimal-value'],
    ['0603 2a8001', 'non-minimal-value'],
    [`0615 2a${'81'.repeat(19)}01`, 'invalid-value'],
    [`068181 ${'2a'.repeat(129)}`, 'invalid-value'],
  ])('%s is refused', (bytes, code) => {
    expect(() => readObjectIdentifier(element(bytes))).toThrow(code);
  });

  it('goes there and back', () => {
    const arc = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 2n ** 128n }));
    const first = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    );
    fc.assert(
      fc.property(first, fc.array(arc, { maxLength: 5 }), (start, rest) => {
        const text = [...start, ...rest].join('.');
        expect(readObjectIdentifier(element(encodeObjectIdentifier(text)))).toBe(text);
      }),
      { numRuns: 1000, seed: 22 },
    );
  });

  it('has one encoding for each text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), (content) => {
        const bytes = encodeElement(tags.OBJECT_IDENTIFIER, content);
        const text = attempt(() => readObjectIdentifier(element(bytes)));
        if (text !== undefined) expect(asHex(encodeObjectIdentifier(text))).toBe(asHex(bytes));
      }),
      { numRuns: 3000, seed: 23 },
    );
  });
});

describe('SET OF', () => {
  it('is written in ascending order, whatever the order given (X.690 §11.6)', () => {
    const [a, b, c] = [hex('0401 61'), hex('0402 6161'), hex('0401 62')];
    const sorted = '310a04016104016204026161';
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ])
      expect(asHex(encodeSetOf(order))).toBe(sorted);
  });
});
