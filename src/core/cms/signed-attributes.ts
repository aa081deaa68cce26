import * as tags from '../der/tags.ts';

/**
 * A CMS signature is also a valid raw signature, namely over DER(SET OF SignedAttributes). So content that looks like
 * signed attributes is refused as raw content: it may be taken from a container whose content nobody looked at.
 *
 * Recognised is more than DER: a signer may have signed any BER form, any order, or the attributes under their [0] tag.
 */
export function looksLikeSignedAttributes(content: Uint8Array): boolean {
  const set = readHeader(content, 0, content.length, 0);
  if (set === undefined || (set.tag !== tags.SET && set.tag !== tags.contextConstructed(0))) return false;
  if (set.next !== content.length || set.contentStart === set.contentEnd) return false;
  for (let offset = set.contentStart; offset < set.contentEnd; ) {
    const attribute = readHeader(content, offset, set.contentEnd, 1);
    if (attribute === undefined || !looksLikeAttribute(content, attribute)) return false;
    offset = attribute.next;
  }
  return true;
}

/** A BER data value: `contentEnd` without the end-of-contents octets of an indefinite length, `next` behind them. */
interface BerValue {
  readonly tag: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly next: number;
}

/** Deeper than any attribute value that has been seen; what is deeper is no attribute that anyone signed. */
const MAX_BER_DEPTH = 64;

/** SEQUENCE { OBJECT IDENTIFIER, SET OF value }; the values are not looked into. */
function looksLikeAttribute(bytes: Uint8Array, { tag, contentStart, contentEnd }: BerValue): boolean {
  if (tag !== tags.SEQUENCE) return false;
  const type = readHeader(bytes, contentStart, contentEnd, 2);
  if (type?.tag !== tags.OBJECT_IDENTIFIER) return false;
  const values = readHeader(bytes, type.next, contentEnd, 2);
  return values?.tag === tags.SET && values.next === contentEnd;
}

/** Reads one BER data value between `offset` and `end`; undefined when there is none. */
function readHeader(bytes: Uint8Array, offset: number, end: number, depth: number): BerValue | undefined {
  const tag = bytes[offset];
  const contentStart = skipIdentifier(bytes, offset, end);
  const first = bytes[contentStart];
  if (tag === undefined || first === undefined || contentStart >= end || depth > MAX_BER_DEPTH) return undefined;
  if (first === 0x80) return readIndefinite(bytes, tag, contentStart + 1, end, depth);
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const start = contentStart + 1 + octets;
  let length = octets === 0 ? first : 0;
  for (let i = contentStart + 1; i < start; i++) length = length * 256 + (bytes[i] ?? 0);
  return start + length > end
    ? undefined
    : { tag, contentStart: start, contentEnd: start + length, next: start + length };
}

/** The offset of the length octets: behind the identifier, which has further octets for tag numbers over 30. */
function skipIdentifier(bytes: Uint8Array, offset: number, end: number): number {
  let next = offset + 1;
  if (((bytes[offset] ?? 0) & 0x1f) !== 0x1f) return next;
  while (next < end && ((bytes[next] ?? 0) & 0x80) !== 0) next++;
  return next + 1;
}

function readIndefinite(
  bytes: Uint8Array,
  tag: number,
  contentStart: number,
  end: number,
  depth: number,
): BerValue | undefined {
  if ((tag & 0x20) === 0) return undefined;
  for (let offset = contentStart; offset + 2 <= end; ) {
    if (bytes[offset] === 0 && bytes[offset + 1] === 0) {
      return { tag, contentStart, contentEnd: offset, next: offset + 2 };
    }
    const inside = readHeader(bytes, offset, end, depth + 1);
    if (inside === undefined) return undefined;
    offset = inside.next;
  }
  return undefined;
}
