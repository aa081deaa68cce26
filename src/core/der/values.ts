import { DecodeError } from './decode-error.ts';
import { recogniseIdentifier } from './known-identifiers.ts';
import type { DerElement, DerReader } from './reader.ts';
import * as tags from './tags.ts';

/** Contents of the universal types, each by its DER rule. All throw DecodeError alone. */

function primitive(element: DerElement, tag: number): Uint8Array {
  if (element.tag !== tag) {
    throw element.error('unexpected-tag', `tag 0x${element.tag.toString(16)} where 0x${tag.toString(16)} was expected`);
  }
  return element.content;
}

/** X.690 §8.2, §11.1: one octet, 0x00 or 0xFF. `tag` where the type is tagged IMPLICIT. */
export function readBoolean(element: DerElement, tag = tags.BOOLEAN): boolean {
  const content = primitive(element, tag);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw element.error('invalid-value', 'BOOLEAN is not 00 or FF');
  return content[0] === 0xff;
}

/** X.690 §8.3: two's complement in the fewest octets; the contents octets, a view. */
export function readIntegerOctets(element: DerElement, tag = tags.INTEGER): Uint8Array {
  const content = primitive(element, tag);
  if (content.length === 0) throw element.error('invalid-value', 'INTEGER without contents');
  if (content.length > 1) {
    const nine = ((content[0] as number) << 1) | ((content[1] as number) >> 7);
    if (nine === 0 || nine === 0x1ff) throw element.error('non-minimal-value', 'INTEGER in more octets than needed');
  }
  return content;
}

/** A non-negative INTEGER below 2^31, such as a version, a path length or a trailer field. */
export function readSmallInteger(element: DerElement, tag = tags.INTEGER): number {
  const content = readIntegerOctets(element, tag);
  if (content.length > 4 || (content[0] as number) >= 0x80)
    throw element.error('invalid-value', 'INTEGER out of range');
  let value = 0;
  for (const octet of content) value = value * 256 + octet;
  return value;
}

/** X.690 §8.6, §11.2: the octets and the number of unused bits at the end, which must be zero. */
export function readBitString(
  element: DerElement,
  tag = tags.BIT_STRING,
): { readonly bytes: Uint8Array; readonly unusedBits: number } {
  const content = primitive(element, tag);
  const unusedBits = content[0];
  if (unusedBits === undefined || unusedBits > 7 || (content.length === 1 && unusedBits !== 0)) {
    throw element.error('invalid-value', 'BIT STRING with a wrong count of unused bits');
  }
  const last = content[content.length - 1] as number;
  if (unusedBits > 0 && (last & ((1 << unusedBits) - 1)) !== 0)
    throw element.error('invalid-value', 'unused bits are not zero');
  return { bytes: content.subarray(1), unusedBits };
}

/** A BIT STRING of whole octets: signatures and public keys. */
export function readOctetAlignedBitString(element: DerElement, tag = tags.BIT_STRING): Uint8Array {
  const { bytes, unusedBits } = readBitString(element, tag);
  if (unusedBits !== 0) throw element.error('invalid-value', 'BIT STRING is not whole octets');
  return bytes;
}

/** Octets of bits in a NamedBitList; the longest that is read here (KeyUsage, ReasonFlags) has nine bits. */
const MAX_NAMED_BITS_SIZE = 4;

/** A NamedBitList (X.690 §11.2.2: no trailing zero bits): the numbers of the bits that are set. */
export function readNamedBits(element: DerElement, tag = tags.BIT_STRING): ReadonlySet<number> {
  const { bytes, unusedBits } = readBitString(element, tag);
  if (bytes.length > MAX_NAMED_BITS_SIZE)
    throw element.error('size-limit', `named bits of more than ${MAX_NAMED_BITS_SIZE} octets`);
  const set = new Set<number>();
  for (let i = 0; i < bytes.length * 8 - unusedBits; i++)
    if (((bytes[i >> 3] as number) & (0x80 >> (i & 7))) !== 0) set.add(i);
  if (bytes.length > 0 && !set.has(bytes.length * 8 - unusedBits - 1)) {
    throw element.error('non-minimal-value', 'named bits end in zero bits');
  }
  return set;
}

export function readOctetString(element: DerElement, tag = tags.OCTET_STRING): Uint8Array {
  return primitive(element, tag);
}

export function readNull(element: DerElement): void {
  if (primitive(element, tags.NULL).length !== 0) throw element.error('invalid-value', 'NULL with contents');
}

/** X.690 §8.19: dotted decimal; see validateObjectIdentifier for what is accepted. `tag` where the type is tagged IMPLICIT. */
export function readObjectIdentifier(element: DerElement, tag: number = tags.OBJECT_IDENTIFIER): string {
  const { buffer, contentStart, end } = element;
  if (element.tag !== tag) throw element.error('unexpected-tag', 'an OBJECT IDENTIFIER was expected');
  validateObjectIdentifier(buffer, contentStart, end);
  return recogniseIdentifier(buffer, contentStart, end) ?? writeIdentifier(buffer, contentStart, end);
}

/**
 * The contents octets from `start` to `end`: at most 128, each arc in the fewest, below 2^133 (X.667 puts UUIDs of 128 bits
 * under 2.25). Throws DecodeError.
 */
export function validateObjectIdentifier(buffer: Uint8Array, start: number, end: number): void {
  if (start === end || end - start > 128)
    throw new DecodeError('invalid-value', start, 'OBJECT IDENTIFIER of no or too many octets');
  if ((buffer[end - 1] as number) >= 0x80)
    throw new DecodeError('truncated', start, 'OBJECT IDENTIFIER ends inside an arc');
  let arc = start;
  for (let i = start; i < end; i++) {
    const octet = buffer[i] as number;
    if (octet === 0x80 && i === arc) throw new DecodeError('non-minimal-value', i, 'arc begins with a zero octet');
    if (octet >= 0x80) continue;
    if (i - arc >= 19) throw new DecodeError('invalid-value', arc, 'arc of more than 19 octets');
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
export function readEach(element: DerElement, max: number): DerElement[] {
  const reader: DerReader = element.reader();
  const elements: DerElement[] = [];
  while (!reader.atEnd) {
    if (elements.length === max) throw element.error('count-limit', `more than ${max} elements`);
    elements.push(reader.next());
  }
  return elements;
}
