import { encodeObjectIdentifier } from './writer.ts';

/**
 * Identifiers that almost every structure holds: recognised by their octets, which is cheaper than writing the text anew.
 * Written out whole: texts of the source are one object each, and compare as such.
 */
const KNOWN = [
  // attribute types of names
  ...['2.5.4.3', '2.5.4.4', '2.5.4.5', '2.5.4.6', '2.5.4.7', '2.5.4.8', '2.5.4.10', '2.5.4.11'],
  // certificate extensions
  ...['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.18', '2.5.29.19', '2.5.29.31', '2.5.29.32', '2.5.29.35'],
  ...['2.5.29.37', '1.3.6.1.5.5.7.1.1'],
  // policies, qualifiers, access methods, key purposes
  ...['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2', '1.3.6.1.5.5.7.48.1', '1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.9'],
  ...['1.3.6.1.5.5.7.48.1.1', '1.3.6.1.5.5.7.48.1.2', '1.3.6.1.5.5.7.48.1.5'],
  // attributes of a person (JPKI profile 3.2)
  ...['1.2.392.200149.8.5.5.1', '1.2.392.200149.8.5.5.2', '1.2.392.200149.8.5.5.3', '1.2.392.200149.8.5.5.4'],
  ...['1.2.392.200149.8.5.5.5', '1.2.392.200149.8.5.5.6'],
  ...['1.2.392.200149.8.5.1.1.20', '1.2.392.200149.8.5.1.0.20', '1.2.392.200149.8.5.1.3.30'],
  // keys, signatures, digests
  ...['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10', '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12'],
  ...['1.2.840.113549.1.1.13', '1.2.840.10045.2.1', '1.2.840.10045.3.1.7', '1.3.132.0.34', '1.2.840.10045.4.3.2'],
  ...['1.2.840.10045.4.3.3', '1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2'],
  ...['2.16.840.1.101.3.4.2.3'],
  // CMS
  ...['1.2.840.113549.1.7.1', '1.2.840.113549.1.7.2', '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4'],
  ...['1.2.840.113549.1.9.5'],
];

/** A place for each: its text, and its contents octets. Those that would share one go to the next that is free. */
const PLACES = 512;
const texts: (string | undefined)[] = Array.from({ length: PLACES }, () => undefined);
const octets: Uint8Array[] = Array.from({ length: PLACES }, () => new Uint8Array());

for (const text of KNOWN) {
  // identifier and length, one octet each, stand before the contents
  const contents = encodeObjectIdentifier(text).slice(2);
  let place = placeOf(contents, 0, contents.length);
  while (texts[place] !== undefined) place = (place + 1) % PLACES;
  texts[place] = text;
  octets[place] = contents;
}

/** The last two octets and the length tell most of them apart. */
function placeOf(buffer: Uint8Array, start: number, end: number): number {
  const last = buffer[end - 1] as number;
  const before = end - start < 2 ? 0 : (buffer[end - 2] as number);
  return (last * 29 + before * 7 + (end - start) * 83) % PLACES;
}

/** The text of the identifier with these contents octets, one or more, if it is one of the known. */
export function recogniseIdentifier(buffer: Uint8Array, start: number, end: number): string | undefined {
  for (let place = placeOf(buffer, start, end); ; place = (place + 1) % PLACES) {
    const text = texts[place];
    if (text === undefined || isAt(octets[place] as Uint8Array, buffer, start, end)) return text;
  }
}

function isAt(known: Uint8Array, buffer: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== buffer[start + i]) return false;
  return true;
}
