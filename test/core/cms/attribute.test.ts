import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeAttributes, encodeSignedAttributes, selectAttribute } from '../../../src/core/cms/attribute.ts';
import { readDer } from '../../../src/core/der/reader.ts';
import { encodeElement, encodeSetOf } from '../../../src/core/der/writer.ts';
import { attribute, integer, oid } from './building.ts';

const decode = (set: Uint8Array) => decodeAttributes(readDer(set, 1_000_000));

describe('attributes', () => {
  it('encode∘decode is the identity on DER, whatever the types and values', () => {
    const arc = fc.bigInt({ min: 0n, max: (1n << 120n) - 1n });
    const type = fc
      .tuple(fc.constantFrom('0.0', '1.39', '2.0', '2.25', '2.999'), fc.array(arc, { maxLength: 4 }))
      .map(([start, rest]) => [start, ...rest].join('.'));
    const values = fc.array(
      fc.uint8Array({ maxLength: 300 }).map((octets) => encodeElement(0x04, octets)),
      { maxLength: 4 },
    );
    const one = fc.tuple(type, values).map(([name, inside]) => {
      const sorted = [...inside].sort((a, b) => Buffer.compare(a, b));
      return attribute(name, ...sorted);
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (attributes) => {
        const set = encodeSetOf(attributes);
        expect(Buffer.from(encodeSignedAttributes(decode(set))).equals(set)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('selectAttribute tells how often, and never picks one of several', () => {
    const a = attribute('1.2.3', integer(1));
    const set = (...attributes: Uint8Array[]) => decode(encodeElement(0x31, Buffer.concat(attributes)));
    expect(selectAttribute(set(a), '1.2.3')).toEqual({ occurs: 'once', value: integer(1) });
    expect(selectAttribute(set(a), '1.2.4')).toEqual({ occurs: 'never' });
    expect(selectAttribute(set(a, a), '1.2.3')).toEqual({ occurs: 'repeatedly' });
    expect(selectAttribute(set(attribute('1.2.3')), '1.2.3')).toEqual({ occurs: 'without-value' });
    expect(selectAttribute(set(attribute('1.2.3', oid('1.2.3'), integer(1))), '1.2.3')).toEqual({
      occurs: 'with-values',
    });
  });
});
