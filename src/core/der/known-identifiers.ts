import { encodeObjectIdentifier } from './writer.ts';

/** Identifiers that almost every structure holds: recognised by their octets, which is cheaper than writing the text anew. */
const KNOWN = [
  // attribute types of names
  ...['3', '4', '5', '6', '7', '8', '10', '11'].map((arc) => `2.5.4.${arc}`),
  // certificate extensions
  ...['14', '15', '17', '18', '19', '31', '32', '35', '37'].map((arc) => `2.5.29.${arc}`),
  '1.3.6.1.5.5.7.1.1',
  // policies, qualifiers, access methods, key purposes
  ...['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2', '1.3.6.1.5.5.7.48.1', '1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.9'],
  ...['1.3.6.1.5.5.7.48.1.1', '1.3.6.1.5.5.7.48.1.2', '1.3.6.1.5.5.7.48.1.5'],
  // attributes of a person (JPKI profile 3.2)
  ...['1', '2', '3', '4', '5', '6'].map((arc) => `1.2.392.200149.8.5.5.${arc}`),
  ...['1.2.392.200149.8.5.1.1.20', '1.2.392.200149.8.5.1.0.20', '1.2.392.200149.8.5.1.3.30'],
  // keys, signatures, digests
  ...['1', '10', '11', '12', '13'].map((arc) => `1.2.840.113549.1.1.${arc}`),
  ...['1.2.840.10045.2.1', '1.2.840.10045.3.1.7', '1.3.132.0.34', '1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3'],
  ...['1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3'],
  // CMS
  ...['1.2.840.113549.1.7.1', '1.2.840.113549.1.7.2'],
  ...['3', '4', '5'].map((arc) => `1.2.840.113549.1.9.${arc}`),
];

interface KnownIdentifier {
  readonly text: string;
  /** Contents octets. */
  readonly octets: Uint8Array;
}

const BUCKETS = 1024;
const buckets: readonly KnownIdentifier[][] = Array.from({ length: BUCKETS }, () => []);
for (const text of KNOWN) {
  // identifier and length, one octet each, stand before the contents
  const octets = encodeObjectIdentifier(text).subarray(2);
  buckets[bucketOf(octets, 0, octets.length)]?.push({ text, octets });
}

function bucketOf(buffer: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (hash * 33 + (buffer[i] as number)) | 0;
  return hash & (BUCKETS - 1);
}

/** The text of the identifier with these contents octets, if it is one of the known. */
export function recogniseIdentifier(buffer: Uint8Array, start: number, end: number): string | undefined {
  for (const { text, octets } of buckets[bucketOf(buffer, start, end)] ?? []) {
    if (octets.length !== end - start) continue;
    let i = 0;
    while (i < octets.length && octets[i] === buffer[start + i]) i++;
    if (i === octets.length) return text;
  }
  return undefined;
}
