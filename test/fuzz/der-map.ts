/** One data value in a buffer that need not be DER, and the one around it (-1: none). */
export interface Place {
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  readonly parent: number;
}

const MAX_PLACES = 2000;
const MAX_DEPTH = 40;

/**
 * Where the data values are, as far as octets can be read as such: also inside OCTET STRING and BIT STRING whose contents
 * are one data value (extension values, keys, BasicOCSPResponse). Written apart from the reader that is fuzzed.
 */
export function mapDer(bytes: Uint8Array): readonly Place[] {
  const places: Place[] = [];
  mapRow(bytes, 0, bytes.length, -1, 0, places);
  return places;
}

function mapRow(bytes: Uint8Array, from: number, to: number, parent: number, depth: number, places: Place[]): void {
  for (let offset = from; offset < to && places.length < MAX_PLACES; ) {
    const place = readPlace(bytes, offset, to, parent);
    if (place === undefined) return;
    const index = places.push(place) - 1;
    if (depth < MAX_DEPTH) mapInside(bytes, place, index, depth, places);
    offset = place.end;
  }
}

function mapInside(bytes: Uint8Array, place: Place, index: number, depth: number, places: Place[]): void {
  const { tag, contentStart, end } = place;
  if ((tag & 0x20) !== 0) {
    mapRow(bytes, contentStart, end, index, depth + 1, places);
    return;
  }
  const skipped = tag === 0x03 ? 1 : 0;
  if (tag !== 0x03 && tag !== 0x04) return;
  const inside = readPlace(bytes, contentStart + skipped, end, index);
  if (inside?.end === end) mapRow(bytes, contentStart + skipped, end, index, depth + 1, places);
}

function readPlace(bytes: Uint8Array, start: number, limit: number, parent: number): Place | undefined {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined || start + 2 > limit) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 3 || first === 0x80) return undefined;
  let length = octets === 0 ? first : 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start + 2 + i] ?? 0);
  const contentStart = start + 2 + octets;
  const end = contentStart + length;
  return end > limit ? undefined : { tag, start, contentStart, end, parent };
}

/** Identifier and length octets. */
export function header(tag: number, length: number): Uint8Array {
  const octets = new Uint8Array(headerLength(length));
  writeHeader(octets, 0, tag, length);
  return octets;
}

/**
 * The octets `from` to `to`, which lie in the contents of the place `parent`, replaced, and the lengths of everything
 * around put right.
 */
export function spliceDer(
  bytes: Uint8Array,
  places: readonly Place[],
  parent: number,
  from: number,
  to: number,
  replacement: Uint8Array,
): Uint8Array {
  // From the inside out: how long everything becomes. Then from the outside in, into one buffer.
  const chain: Place[] = [];
  const lengths: number[] = [];
  let growth = replacement.length - (to - from);
  for (let index = parent; index >= 0; ) {
    const place = places[index] as Place;
    const length = place.end - place.contentStart + growth;
    growth += headerLength(length) - (place.contentStart - place.start);
    chain.push(place);
    lengths.push(length);
    index = place.parent;
  }
  const out = new Uint8Array(bytes.length + growth);
  let written = 0;
  let read = 0;
  const copyUntil = (end: number): void => {
    out.set(bytes.subarray(read, end), written);
    written += end - read;
    read = end;
  };
  for (let level = chain.length - 1; level >= 0; level--) {
    const place = chain[level] as Place;
    copyUntil(place.start);
    written = writeHeader(out, written, place.tag, lengths[level] as number);
    read = place.contentStart;
  }
  copyUntil(from);
  out.set(replacement, written);
  written += replacement.length;
  read = to;
  copyUntil(bytes.length);
  return out;
}

const headerLength = (length: number): number => (length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5);

/** Returns where the contents begin. */
function writeHeader(out: Uint8Array, at: number, tag: number, length: number): number {
  const end = at + headerLength(length);
  out[at] = tag;
  out[at + 1] = length < 0x80 ? length : 0x80 | (end - at - 2);
  for (let i = end - 1, rest = length; i > at + 1; i--, rest >>= 8) out[i] = rest;
  return end;
}
