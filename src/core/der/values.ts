import { recogniseIdentifier } from './known-identifiers.ts';
import { type DerElement, type DerValue, view } from './reader.ts';
import * as tags from './tags.ts';

/** Contents of the universal types, each by its DER rule; `tag` where the type is tagged IMPLICIT. All throw DecodeError alone. */

function expectTag(value: DerValue, tag: number): void {
  if (value.tag === tag) return;
  throw value.error('unexpected-tag', `tag 0x${value.tag.toString(16)} where 0x${tag.toString(16)} was expected`);
}

/** X.690 §8.2, §11.1: one octet, 0x00 or 0xFF. */
export function readBoolean(value: DerValue, tag = tags.BOOLEAN): boolean {
  expectTag(value, tag);
  const octet = value.buffer[value.contentStart];
  if (value.length !== 1 || (octet !== 0 && octet !== 0xff))
    throw value.error('invalid-value', 'BOOLEAN is not 00 or FF');
  return octet === 0xff;
}

/** X.690 §8.3: two's complement in the fewest octets. */
export function validateInteger(value: DerValue, tag = tags.INTEGER): void {
  expectTag(value, tag);
  const { buffer, contentStart, length } = value;
  if (length === 0) throw value.error('invalid-value', 'INTEGER without contents');
  if (length === 1) return;
  const nine = ((buffer[contentStart] as number) << 1) | ((buffer[contentStart + 1] as number) >> 7);
  if (nine === 0 || nine === 0x1ff) throw value.error('non-minimal-value', 'INTEGER in more octets than needed');
}

/** The contents octets of an INTEGER, a view. */
export function readIntegerOctets(value: DerValue, tag = tags.INTEGER): Uint8Array {
  validateInteger(value, tag);
  return value.content;
}

/** A non-negative INTEGER below 2^31, such as a version, a path length or a trailer field. */
export function readSmallInteger(value: DerValue, tag = tags.INTEGER): number {
  validateInteger(value, tag);
  const { buffer, contentStart, end } = value;
  if (end - contentStart > 4 || (buffer[contentStart] as number) >= 0x80)
    throw value.error('invalid-value', 'INTEGER out of range');
  let number = 0;
  for (let i = contentStart; i < end; i++) number = number * 256 + (buffer[i] as number);
  return number;
}

/** X.690 §8.6, §11.2: how many bits at the end are unused; they must be zero. The bits stand behind the first contents octet. */
function countUnusedBits(value: DerValue, tag: number): number {
  expectTag(value, tag);
  const { buffer, contentStart, end, length } = value;
  const unusedBits = length === 0 ? 8 : (buffer[contentStart] as number);
  if (unusedBits > 7 || (length === 1 && unusedBits !== 0))
    throw value.error('invalid-value', 'BIT STRING with a wrong count of unused bits');
  if (unusedBits > 0 && ((buffer[end - 1] as number) & ((1 << unusedBits) - 1)) !== 0)
    throw value.error('invalid-value', 'unused bits are not zero');
  return unusedBits;
}

/** The octets of a BIT STRING, a view, and the number of unused bits at their end. */
export function readBitString(
  value: DerValue,
  tag = tags.BIT_STRING,
): { readonly bytes: Uint8Array; readonly unusedBits: number } {
  const unusedBits = countUnusedBits(value, tag);
  return { bytes: view(value.buffer, value.contentStart + 1, value.end), unusedBits };
}

/** A BIT STRING of whole octets: signatures and public keys. */
export function readOctetAlignedBitString(value: DerValue, tag = tags.BIT_STRING): Uint8Array {
  if (countUnusedBits(value, tag) !== 0) throw value.error('invalid-value', 'BIT STRING is not whole octets');
  return view(value.buffer, value.contentStart + 1, value.end);
}

/** Octets of bits in a NamedBitList; the longest that is read here (KeyUsage, ReasonFlags) has nine bits. */
const MAX_NAMED_BITS_SIZE = 4;

/** A NamedBitList (X.690 §11.2.2: no trailing zero bits) as a number, in which bit n is the named bit n. */
export function readNamedBits(value: DerValue, tag = tags.BIT_STRING): number {
  const unusedBits = countUnusedBits(value, tag);
  const { buffer, contentStart, end } = value;
  const first = contentStart + 1;
  if (end - first > MAX_NAMED_BITS_SIZE)
    throw value.error('size-limit', `named bits of more than ${MAX_NAMED_BITS_SIZE} octets`);
  const length = (end - first) * 8 - unusedBits;
  let bits = 0;
  for (let n = 0; n < length; n++) if (((buffer[first + (n >> 3)] as number) & (0x80 >> (n & 7))) !== 0) bits |= 1 << n;
  if (length > 0 && (bits & (1 << (length - 1))) === 0)
    throw value.error('non-minimal-value', 'named bits end in zero bits');
  return bits >>> 0;
}

export function readOctetString(value: DerValue, tag = tags.OCTET_STRING): Uint8Array {
  expectTag(value, tag);
  return value.content;
}

export function readNull(value: DerValue): void {
  expectTag(value, tags.NULL);
  if (value.length !== 0) throw value.error('invalid-value', 'NULL with contents');
}

/** X.690 §8.19: dotted decimal; what is accepted is what validateObjectIdentifier accepts. */
export function readObjectIdentifier(value: DerValue, tag: number = tags.OBJECT_IDENTIFIER): string {
  const { buffer, contentStart, end } = value;
  validateObjectIdentifier(value, tag);
  return recogniseIdentifier(buffer, contentStart, end) ?? writeIdentifier(buffer, contentStart, end);
}

/** X.690 §8.19: at most 128 octets, each arc in the fewest, below 2^133 (X.667 puts UUIDs of 128 bits under 2.25). */
export function validateObjectIdentifier(value: DerValue, tag: number = tags.OBJECT_IDENTIFIER): void {
  const { buffer, contentStart, end } = value;
  if (value.tag !== tag) throw value.error('unexpected-tag', 'an OBJECT IDENTIFIER was expected');
  if (contentStart === end || end - contentStart > 128)
    throw value.error('invalid-value', 'OBJECT IDENTIFIER of no or too many octets');
  if ((buffer[end - 1] as number) >= 0x80) throw value.error('truncated', 'OBJECT IDENTIFIER ends inside an arc');
  let arc = contentStart;
  for (let i = contentStart; i < end; i++) {
    const octet = buffer[i] as number;
    if (octet === 0x80 && i === arc) throw value.error('non-minimal-value', 'arc begins with a zero octet');
    if (octet >= 0x80) continue;
    if (i - arc >= 19) throw value.error('invalid-value', 'arc of more than 19 octets');
    arc = i + 1;
  }
}

function writeIdentifier(buffer: Uint8Array, contentStart: number, end: number): string {
  let text = '';
  for (let i = contentStart; i < end; ) {
    const start = i;
    let arc = 0;
    while ((buffer[i] as number) >= 0x80) arc = arc * 128 + ((buffer[i++] as number) & 0x7f);
    arc = arc * 128 + (buffer[i++] as number);
    // Seven octets are 49 bits, which a number holds exactly.
    const exact = i - start <= 7 ? arc : longArc(buffer, start, i);
    text += start === contentStart ? firstArcs(exact) : `.${exact}`;
  }
  return text;
}

/** X.690 §8.19.4: the first two arcs in one; the first is 0, 1 or 2, the second below 40 under 0 and 1. */
function firstArcs(joined: number | bigint): string {
  if (typeof joined === 'bigint') return `2.${joined - 80n}`;
  return joined < 40 ? `0.${joined}` : joined < 80 ? `1.${joined - 40}` : `2.${joined - 80}`;
}

function longArc(buffer: Uint8Array, start: number, end: number): bigint {
  let arc = 0n;
  for (let i = start; i < end; i++) arc = (arc << 7n) | BigInt((buffer[i] as number) & 0x7f);
  return arc;
}

/** SEQUENCE OF / SET OF: every element inside, at most `max`. */
export function readEach(value: DerValue, max: number): DerElement[] {
  const reader = value.reader();
  const elements: DerElement[] = [];
  while (!reader.atEnd) {
    if (elements.length === max) throw value.error('count-limit', `more than ${max} elements`);
    elements.push(reader.next());
  }
  return elements;
}
