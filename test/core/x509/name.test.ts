import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBytes } from '../../../src/core/bytes.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { type DerElement, readDer } from '../../../src/core/der/reader.ts';
import { readString } from '../../../src/core/der/strings.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { readEach, readObjectIdentifier } from '../../../src/core/der/values.ts';
import { encodeElement, encodeObjectIdentifier, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { type AttributeTypeAndValue, decodeName } from '../../../src/core/x509/name.ts';

const attribute = (type: string, tag: number, value: Uint8Array): Uint8Array =>
  encodeSequence(encodeObjectIdentifier(type), encodeElement(tag, value));
const decode = (der: Uint8Array): ReturnType<typeof decodeName> => decodeName(readDer(der, 16_384));

/** RFC 5280 §4.1.2.4 read at once, value by value: what decodeName validates without building it. */
function readAtOnce(der: Uint8Array): readonly (readonly AttributeTypeAndValue[])[] {
  return readEach(readDer(der, 16_384, tags.SEQUENCE), 1024).map((rdn) => {
    const elements = readEach(rdn.tag === tags.SET ? rdn : refuse(rdn), 1024);
    if (elements.length === 0) refuse(rdn);
    const encodings = elements.map((element) => element.der);
    encodings.forEach((encoding, i) => {
      if (i > 0 && compareBytes(encodings[i - 1] as Uint8Array, encoding) > 0) refuse(rdn);
    });
    return elements.map((element) => {
      const [type, value, ...rest] = readEach(element.tag === tags.SEQUENCE ? element : refuse(element), 3);
      if (type === undefined || value === undefined || rest.length > 0) return refuse(element);
      const text = readString(value);
      return { type: readObjectIdentifier(type), valueTag: value.tag, value: text, valueDer: value.der };
    });
  });
}

function refuse(element: DerElement): never {
  throw element.error('invalid-value', 'no Name');
}

function outcome<T>(read: () => T): T | 'refused' {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return 'refused';
    throw error;
  }
}

const value = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(tags.UTF8_STRING, tags.PRINTABLE_STRING, tags.IA5_STRING, tags.TELETEX_STRING),
      fc.string({ maxLength: 80 }),
    )
    .map(([tag, text]) => [tag, new TextEncoder().encode(text)] as const),
  fc
    .tuple(fc.constantFrom(tags.UTF8_STRING, tags.BMP_STRING), fc.string({ unit: 'grapheme' }))
    .map(([tag, text]) => [tag, new TextEncoder().encode(text)] as const),
  fc
    .tuple(fc.constantFrom(tags.OCTET_STRING, tags.SEQUENCE, tags.UNIVERSAL_STRING, tags.BMP_STRING), fc.uint8Array())
    .map(([tag, content]) => [tag, content] as const),
);
const rdn = fc
  .array(fc.tuple(fc.constantFrom('2.5.4.3', '2.5.4.6', '0.9.2342.19200300.100.1.25'), value), {
    minLength: 1,
    maxLength: 3,
  })
  .map((attributes) => encodeSetOf(attributes.map(([type, [tag, content]]) => attribute(type, tag, content))));
const name = fc.array(rdn, { maxLength: 4 }).map((rdns) => encodeSequence(...rdns));
const mangled = fc.tuple(name, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })).map(([of, changes]) => {
  const der = Uint8Array.from(of);
  for (const [at, octet] of changes) der[at % der.length] = octet;
  return der;
});

describe('a Name', () => {
  it('is accepted exactly when all of it can be read, and then reads as that', () => {
    fc.assert(
      fc.property(fc.oneof(name, mangled), (der) => {
        expect(outcome(() => decode(der).rdns)).toEqual(outcome(() => readAtOnce(der)));
      }),
      { numRuns: 4000, seed: 41 },
    );
  });

  it('is refused when it is decoded, not when it is read', () => {
    const wrong = encodeSequence(encodeSetOf([attribute('2.5.4.3', tags.UTF8_STRING, Uint8Array.of(0xc0, 0xaf))]));
    expect(() => decode(wrong)).toThrow('invalid-value');
  });

  it('reads the same each time, and anywhere in a buffer', () => {
    const der = encodeSequence(encodeSetOf([attribute('2.5.4.6', tags.PRINTABLE_STRING, Uint8Array.of(0x4a, 0x50))]));
    const inside = readDer(encodeSequence(Uint8Array.of(5, 0), der), 999).reader();
    inside.next(tags.NULL);
    const { der: view, rdns } = decodeName(inside.next());
    expect(view).toEqual(der);
    expect(rdns).toEqual([
      [{ type: '2.5.4.6', valueTag: tags.PRINTABLE_STRING, value: 'JP', valueDer: Uint8Array.of(0x13, 2, 0x4a, 0x50) }],
    ]);
    const again = decode(der);
    expect(again.rdns).toBe(again.rdns);
  });

  it.each([
    ['an RDN without attributes', encodeSequence(encodeElement(tags.SET, new Uint8Array()))],
    ['an RDN that is a SEQUENCE', encodeSequence(encodeSequence())],
    [
      'a SET OF out of order',
      encodeSequence(
        encodeElement(
          tags.SET,
          Uint8Array.of(
            ...attribute('2.5.4.6', tags.PRINTABLE_STRING, Uint8Array.of(0x4a)),
            ...attribute('2.5.4.3', tags.PRINTABLE_STRING, Uint8Array.of(0x4a)),
          ),
        ),
      ),
    ],
  ])('is refused with %s', (_what, der) => {
    expect(() => decode(der)).toThrow(DecodeError);
  });
});
