import { compareBytes, concatBytes } from '../bytes.ts';
import * as tags from './tags.ts';

/** A small DER writer: what the project sends (OCSP requests), re-encodes (SET OF signedAttrs) and compares (DigestInfo). */

export function encodeElement(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), content);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return concatBytes(Uint8Array.of(tag, 0x80 | octets.length, ...octets), content);
}

export function encodeSequence(...elements: readonly Uint8Array[]): Uint8Array {
  return encodeElement(tags.SEQUENCE, concatBytes(...elements));
}

/** SET OF in ascending order of the encodings (X.690 §11.6). */
export function encodeSetOf(elements: readonly Uint8Array[]): Uint8Array {
  return encodeElement(tags.SET, concatBytes(...[...elements].sort(compareBytes)));
}

export function encodeOctetString(content: Uint8Array): Uint8Array {
  return encodeElement(tags.OCTET_STRING, content);
}

export function encodeNull(): Uint8Array {
  return Uint8Array.of(tags.NULL, 0);
}

/** INTEGER from contents octets as they stand (two's complement, minimal). */
export function encodeIntegerOctets(octets: Uint8Array): Uint8Array {
  return encodeElement(tags.INTEGER, octets);
}

/** The contents octets of a non-negative INTEGER of that magnitude: minimal, with a sign octet where one is needed. */
export function unsignedIntegerOctets(magnitude: Uint8Array): Uint8Array {
  const start = magnitude.findIndex((octet) => octet !== 0);
  if (start < 0) return Uint8Array.of(0);
  const significant = magnitude.subarray(start);
  return (significant[0] as number) < 0x80 ? significant : concatBytes(Uint8Array.of(0), significant);
}

export function encodeBoolean(value: boolean): Uint8Array {
  return Uint8Array.of(tags.BOOLEAN, 1, value ? 0xff : 0);
}

export function encodeObjectIdentifier(dotted: string): Uint8Array {
  const arcs = dotted.split('.').map(BigInt);
  const [first = 0n, second = 0n, ...rest] = arcs;
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...groups);
  }
  return encodeElement(tags.OBJECT_IDENTIFIER, Uint8Array.from(octets));
}
