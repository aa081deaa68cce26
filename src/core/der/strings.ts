import { DecodeError } from './decode-error.ts';
import type { DerElement } from './reader.ts';
import * as tags from './tags.ts';

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
export function decodeUtf8(bytes: Uint8Array, offset = 0): string {
  let i = 0;
  while (i < bytes.length && (bytes[i] as number) < 0x80) i++;
  if (i === bytes.length) return fromCodeUnits(bytes);
  const units: number[] = Array.from(bytes.subarray(0, i));
  while (i < bytes.length) {
    const lead = bytes[i] as number;
    const length =
      lead < 0x80
        ? 1
        : lead >= 0xc2 && lead < 0xe0
          ? 2
          : lead >= 0xe0 && lead < 0xf0
            ? 3
            : lead >= 0xf0 && lead < 0xf5
              ? 4
              : 0;
    if (length === 0 || i + length > bytes.length) throw new DecodeError('invalid-value', offset + i, 'not UTF-8');
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let k = 1; k < length; k++) {
      const octet = bytes[i + k] as number;
      if ((octet & 0xc0) !== 0x80) throw new DecodeError('invalid-value', offset + i, 'not UTF-8');
      point = (point << 6) | (octet & 0x3f);
    }
    const overlong = (length === 3 && point < 0x800) || (length === 4 && point < 0x10000);
    if (overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
      throw new DecodeError('invalid-value', offset + i, 'not UTF-8');
    }
    if (point < 0x10000) units.push(point);
    else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    i += length;
  }
  return fromCodeUnits(units);
}

export function encodeUtf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (point < 0x80) octets.push(point);
    else if (point < 0x800) octets.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) octets.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else
      octets.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
  }
  return Uint8Array.from(octets);
}

/** X.680 §41.4, and "*", "@", "&", "_", which real certificates carry; 1 for each character that may stand. */
const PRINTABLE = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*@&_") {
  PRINTABLE[character.charCodeAt(0)] = 1;
}

/** So many UTF-16 code units go to one call: engines bound the number of arguments. */
const CHUNK = 4096;

/** Up to so many are written in one by one: handing over an array costs more than the text. */
const SHORT = 64;

function fromCodeUnits(units: ArrayLike<number>): string {
  if (units.length <= SHORT) return fromFewCodeUnits(units);
  if (units.length <= CHUNK) return String.fromCharCode.apply(null, units as number[]);
  let text = '';
  for (let i = 0; i < units.length; i += CHUNK) {
    text += String.fromCharCode.apply(null, Array.prototype.slice.call(units, i, i + CHUNK) as number[]);
  }
  return text;
}

/** Eight at a time, so that few pieces of text come to be. */
function fromFewCodeUnits(units: ArrayLike<number>): string {
  const at = (i: number): number => units[i] as number;
  const end = units.length;
  let text = '';
  let i = 0;
  for (; i + 8 <= end; i += 8)
    text += String.fromCharCode(at(i), at(i + 1), at(i + 2), at(i + 3), at(i + 4), at(i + 5), at(i + 6), at(i + 7));
  for (; i < end; i++) text += String.fromCharCode(at(i));
  return text;
}

function latin1(bytes: Uint8Array): string {
  return fromCodeUnits(bytes);
}

function wide(element: DerElement, octetsPerCharacter: 2 | 4): string {
  const { content } = element;
  if (content.length % octetsPerCharacter !== 0)
    throw element.error('invalid-value', 'string is cut inside a character');
  let text = '';
  for (let i = 0; i < content.length; i += octetsPerCharacter) {
    let point = 0;
    for (let k = 0; k < octetsPerCharacter; k++) point = point * 256 + (content[i + k] as number);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
      throw element.error('invalid-value', 'no such character');
    text += String.fromCodePoint(point);
  }
  return text;
}

/** The contents octets as IA5String, whatever the tag (IMPLICIT): characters 0 to 127. */
export function readAscii(element: DerElement): string {
  const { buffer, contentStart, end } = element;
  for (let i = contentStart; i < end; i++) {
    if ((buffer[i] as number) > 0x7f) throw element.error('invalid-value', 'characters above 127');
  }
  return latin1(element.content);
}

/** Any of ASN.1's character string types as text; `undefined` when the tag is not one of them. */
export function readString(element: DerElement): string | undefined {
  switch (element.tag) {
    case tags.UTF8_STRING:
      return decodeUtf8(element.content, element.contentStart);
    case tags.PRINTABLE_STRING: {
      const { buffer, contentStart, end } = element;
      for (let i = contentStart; i < end; i++) {
        if (PRINTABLE[buffer[i] as number] !== 1) throw element.error('invalid-value', 'not a PrintableString');
      }
      return latin1(element.content);
    }
    case tags.NUMERIC_STRING:
    case tags.IA5_STRING:
    case tags.VISIBLE_STRING:
      return readAscii(element);
    case tags.TELETEX_STRING:
      return latin1(element.content);
    case tags.BMP_STRING:
      return wide(element, 2);
    case tags.UNIVERSAL_STRING:
      return wide(element, 4);
    default:
      return undefined;
  }
}
