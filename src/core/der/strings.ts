import { DecodeError } from './decode-error.ts';
import type { DerValue } from './reader.ts';
import * as tags from './tags.ts';

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
export function decodeUtf8(bytes: Uint8Array, offset = 0): string {
  const fault = findNonUtf8(bytes, 0, bytes.length);
  if (fault >= 0) throw new DecodeError('invalid-value', offset + fault, 'not UTF-8');
  return fromUtf8(bytes);
}

/** Where the octets cease to be UTF-8 (the table of RFC 3629 §4), or -1. */
function findNonUtf8(buffer: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end) {
    const lead = buffer[i] as number;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || i + length > end) return i;
    const second = buffer[i + 1] as number;
    // Below, overlong; above, a surrogate or past U+10FFFF.
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return i;
    for (let k = 2; k < length; k++) if (((buffer[i + k] as number) & 0xc0) !== 0x80) return i;
    i += length;
  }
  return -1;
}

/** The text of octets that are UTF-8. */
function fromUtf8(bytes: Uint8Array): string {
  let i = 0;
  while (i < bytes.length && (bytes[i] as number) < 0x80) i++;
  if (i === bytes.length) return fromCodeUnits(bytes);
  const units: number[] = [];
  for (i = 0; i < bytes.length; ) {
    const lead = bytes[i] as number;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let k = 1; k < length; k++) point = (point << 6) | ((bytes[i + k] as number) & 0x3f);
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

/** X.680 §41.4, and "*", "@", "&", "_", which real certificates carry; 1 for each character that may stand. */
const PRINTABLE = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*@&_") {
  PRINTABLE[character.charCodeAt(0)] = 1;
}

function findNonPrintable(buffer: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (PRINTABLE[buffer[i] as number] !== 1) return i;
  return -1;
}

function findNonAscii(buffer: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if ((buffer[i] as number) > 0x7f) return i;
  return -1;
}

/** The code point in so many octets (BMPString: two; UniversalString: four). */
function wideCharacter(buffer: Uint8Array, at: number, octets: 2 | 4): number {
  let point = 0;
  for (let i = at; i < at + octets; i++) point = point * 256 + (buffer[i] as number);
  return point;
}

function findNonWide(buffer: Uint8Array, start: number, end: number, octets: 2 | 4): number {
  for (let i = start; i < end; i += octets) {
    const point = i + octets > end ? -1 : wideCharacter(buffer, i, octets);
    if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return i;
  }
  return -1;
}

function fromWide(bytes: Uint8Array, octets: 2 | 4): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += octets) text += String.fromCodePoint(wideCharacter(bytes, i, octets));
  return text;
}

/** Where contents octets cease to be of the character string type with this tag, or -1; -1 for any other type. */
function findStringFault(buffer: Uint8Array, tag: number, start: number, end: number): number {
  switch (tag) {
    case tags.UTF8_STRING:
      return findNonUtf8(buffer, start, end);
    case tags.PRINTABLE_STRING:
      return findNonPrintable(buffer, start, end);
    case tags.NUMERIC_STRING:
    case tags.IA5_STRING:
    case tags.VISIBLE_STRING:
      return findNonAscii(buffer, start, end);
    case tags.BMP_STRING:
      return findNonWide(buffer, start, end, 2);
    case tags.UNIVERSAL_STRING:
      return findNonWide(buffer, start, end, 4);
    default:
      return -1;
  }
}

/** Has a character string only characters of its type? Other types pass; `tag` where tagged IMPLICIT. Throws DecodeError. */
export function validateString(value: DerValue, tag: number = value.tag): void {
  const fault = findStringFault(value.buffer, tag, value.contentStart, value.end);
  if (fault >= 0) throw new DecodeError('invalid-value', fault, 'a character that its string type does not have');
}

/** Any of ASN.1's character string types as text; `undefined` when the tag is not one of them. */
export function readString(value: DerValue): string | undefined {
  validateString(value);
  switch (value.tag) {
    case tags.UTF8_STRING:
      return fromUtf8(value.content);
    case tags.PRINTABLE_STRING:
    case tags.NUMERIC_STRING:
    case tags.IA5_STRING:
    case tags.VISIBLE_STRING:
    case tags.TELETEX_STRING:
      return fromCodeUnits(value.content);
    case tags.BMP_STRING:
      return fromWide(value.content, 2);
    case tags.UNIVERSAL_STRING:
      return fromWide(value.content, 4);
    default:
      return undefined;
  }
}

/** The contents octets as IA5String, whatever the tag (IMPLICIT): characters 0 to 127. */
export function readAscii(value: DerValue): string {
  validateString(value, tags.IA5_STRING);
  return fromCodeUnits(value.content);
}
