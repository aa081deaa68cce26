import { sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concatBytes } from '../../../src/core/bytes.ts';
import { looksLikeSignedAttributes } from '../../../src/core/cms/signed-attributes.ts';
import { encodeElement, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { verifyRawSignature } from '../../../src/core/signature/raw-signature.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { newRsaKey } from '../signature/keys.ts';
import { ascii, attribute, explicit, integer, oid, standardAttributes } from './building.ts';

const attributes = standardAttributes(ascii('the content'));
const indefinite = (tag: number, ...inside: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(tag, 0x80), ...inside, Uint8Array.of(0, 0));
const longLength = (der: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(der[0] as number, 0x84, 0, 0, 0, der[1] as number), der.subarray(2));
const set = encodeSetOf(attributes);

it('the reason: what a container signs verifies as a raw signature', () => {
  const { privateKey, spki } = newRsaKey();
  const signature = sign('sha256', set, privateKey);
  const raw = { algorithm: 'RS256', key: spki, encoding: 'der', crypto: nodeCrypto } as const;
  expect(verifyRawSignature({ ...raw, signature, content: set })).toBe('valid');
  expect(looksLikeSignedAttributes(set)).toBe(true);
});

describe('signed attributes are recognised', () => {
  it.each([
    ['in DER', set],
    ['out of order', encodeElement(0x31, concatBytes(...[...attributes].reverse()))],
    ['under their tag [0]', explicit(0, ...attributes)],
    ['a single one', encodeSetOf([attribute('1.2.3', integer(1))])],
    ['one without values', encodeSetOf([attribute('1.2.3')])],
    ['with a length in too many octets', longLength(set)],
    ['with attributes of such lengths', encodeElement(0x31, concatBytes(...attributes.map(longLength)))],
    ['of indefinite length', indefinite(0x31, ...attributes)],
    [
      'with attributes of indefinite length',
      encodeElement(0x31, indefinite(0x30, oid('1.2.3'), indefinite(0x31, integer(1)))),
    ],
    [
      'with values of indefinite length inside each other',
      indefinite(
        0x31,
        indefinite(0x30, oid('1.2.3'), indefinite(0x31, indefinite(0x30, indefinite(0x30, integer(1))))),
      ),
    ],
    [
      'with a high tag number among the values',
      encodeSetOf([attribute('1.2.3', Uint8Array.of(0x9f, 0x81, 0x01, 1, 0))]),
    ],
    [
      'with a high tag number inside indefinite values',
      indefinite(0x31, indefinite(0x30, oid('1.2.3'), indefinite(0x31, Uint8Array.of(0x9f, 0x81, 0x01, 1, 0)))),
    ],
  ])('%s', (_, content) => expect(looksLikeSignedAttributes(content)).toBe(true));

  it('however many and whatever their values', () => {
    const value = fc.uint8Array({ maxLength: 200 }).map((octets) => encodeElement(0x04, octets));
    const one = fc
      .tuple(fc.constantFrom('1.2.840.113549.1.9.3', '1.2.3', '2.999.1'), fc.array(value, { maxLength: 3 }))
      .map(([type, values]) => attribute(type, ...values));
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (some) => {
        expect(looksLikeSignedAttributes(encodeSetOf(some))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('other content is left alone', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['text', ascii('1 apple, 2 pears')],
    ['text of one character', ascii('1')],
    ['an empty SET', Uint8Array.of(0x31, 0)],
    ['an empty SET of indefinite length', Uint8Array.of(0x31, 0x80, 0, 0)],
    ['a SEQUENCE of attributes', encodeSequence(...attributes)],
    ['a SET of integers', encodeSetOf([integer(1)])],
    ['a SET with something else among the attributes', encodeElement(0x31, concatBytes(...attributes, integer(1)))],
    ['attributes with octets behind', concatBytes(set, Uint8Array.of(0))],
    ['attributes cut off', set.subarray(0, set.length - 1)],
    ['a Name', encodeSequence(encodeSetOf([encodeSequence(oid('2.5.4.3'), encodeElement(0x0c, ascii('x')))]))],
    ['an RDN, whose value is no SET', encodeSetOf([encodeSequence(oid('2.5.4.3'), encodeElement(0x0c, ascii('x')))])],
    ['an attribute with more inside', encodeSetOf([encodeSequence(oid('1.2.3'), encodeSetOf([]), integer(1))])],
    ['a length of gigabytes', Uint8Array.of(0x31, 0x84, 0x7f, 0xff, 0xff, 0xff)],
    ['a length of 127 octets', Uint8Array.of(0x31, 0xff, 1, 2, 3)],
    ['an indefinite length without end', Uint8Array.of(0x31, 0x80, 0x30, 0x80)],
    ['an identifier without end', Uint8Array.of(0x31, 0x80, 0x3f, 0xff, 0xff)],
  ])('%s', (_, content) => expect(looksLikeSignedAttributes(content)).toBe(false));

  it('deep nesting ends at a bound, and quickly', () => {
    const content = new Uint8Array(1_000_000).map((_, i) => (i === 0 ? 0x31 : i % 2 === 1 ? 0x80 : 0x30));
    expect(looksLikeSignedAttributes(content)).toBe(false);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const content = Uint8Array.of(0x31, ...octets);
        expect(typeof looksLikeSignedAttributes(content)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});
