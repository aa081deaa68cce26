import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';
import { encodeEcdsaSigValue, validateEcdsaSigValue } from '../../../src/core/x509/ecdsa-sig-value.ts';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P384_ORDER = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

function integer(value: bigint): Uint8Array {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const octets = Uint8Array.from(Buffer.from(hex, 'hex'));
  return encodeElement(2, (octets[0] as number) >= 0x80 ? Uint8Array.of(0, ...octets) : octets);
}
const value = (r: bigint, s: bigint): Uint8Array => encodeSequence(integer(r), integer(s));

describe('validateEcdsaSigValue', () => {
  it.each([
    ['P-256', P256_ORDER],
    ['P-384', P384_ORDER],
  ] as const)('%s: r and s from 1 to n − 1', (curve, order) => {
    expect(validateEcdsaSigValue(value(1n, 1n), curve)).toBe(true);
    expect(validateEcdsaSigValue(value(order - 1n, order - 1n), curve)).toBe(true);
    expect(validateEcdsaSigValue(value(0n, 1n), curve)).toBe(false);
    expect(validateEcdsaSigValue(value(1n, 0n), curve)).toBe(false);
    expect(validateEcdsaSigValue(value(order, 1n), curve)).toBe(false);
    expect(validateEcdsaSigValue(value(1n, order), curve)).toBe(false);
    expect(validateEcdsaSigValue(value(order << 8n, 1n), curve)).toBe(false);
  });

  it.each([
    ['a negative r', encodeSequence(Uint8Array.of(2, 1, 0xff), integer(1n))],
    ['r in too many octets', encodeSequence(Uint8Array.of(2, 2, 0, 1), integer(1n))],
    ['an r without contents', encodeSequence(Uint8Array.of(2, 0), integer(1n))],
    ['one value', encodeSequence(integer(1n))],
    ['three values', encodeSequence(integer(1n), integer(1n), integer(1n))],
    ['trailing octets', Uint8Array.of(...value(1n, 1n), 0)],
    ['indefinite length', Uint8Array.of(0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0)],
    ['length in too many octets', Uint8Array.of(0x30, 0x81, 6, 2, 1, 1, 2, 1, 1)],
    ['a SET', encodeElement(0x31, Uint8Array.of(2, 1, 1, 2, 1, 1))],
    ['nothing', new Uint8Array()],
  ])('refuses %s', (_, signature) => {
    expect(validateEcdsaSigValue(signature, 'P-256')).toBe(false);
  });
});

describe('encodeEcdsaSigValue', () => {
  it.each([0, 63, 65, 96])('is for 64 octets with P-256, not %i', (length) => {
    expect(encodeEcdsaSigValue(new Uint8Array(length), 'P-256')).toBeUndefined();
  });

  it('makes strict DER of every pair in range, whatever its leading octets', () => {
    const scalar = fc.bigInt({ min: 1n, max: P256_ORDER - 1n });
    const small = fc.bigInt({ min: 1n, max: 70000n });
    fc.assert(
      fc.property(fc.oneof(scalar, small), fc.oneof(scalar, small), (r, s) => {
        const concatenated = Buffer.from(
          `${r.toString(16).padStart(64, '0')}${s.toString(16).padStart(64, '0')}`,
          'hex',
        );
        const encoded = encodeEcdsaSigValue(concatenated, 'P-256');
        expect(encoded && Buffer.from(encoded)).toEqual(Buffer.from(value(r, s)));
        expect(encoded && validateEcdsaSigValue(encoded, 'P-256')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves zero to be refused', () => {
    const encoded = encodeEcdsaSigValue(new Uint8Array(64), 'P-256');
    expect(encoded).toEqual(Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0));
    expect(validateEcdsaSigValue(encoded as Uint8Array, 'P-256')).toBe(false);
  });
});
