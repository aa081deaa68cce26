import { concatBytes } from '../../../src/core/bytes.ts';
import { encodeUtf8 } from '../../../src/core/der/strings.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement, encodeObjectIdentifier, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';

/** Small pieces of X.509, made at random and valid. */

export const NOTHING = new Uint8Array();
export const oid = encodeObjectIdentifier;
export const explicit = (n: number, ...inside: readonly Uint8Array[]): Uint8Array =>
  encodeElement(tags.contextConstructed(n), concatBytes(...inside));
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
export const TRUE = Uint8Array.of(tags.BOOLEAN, 1, 0xff);

export function integer(value: number | bigint): Uint8Array {
  const digits = BigInt(value).toString(16);
  const even = digits.padStart(digits.length + (digits.length % 2), '0');
  const octets = Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return encodeElement(tags.INTEGER, (octets[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), octets) : octets);
}

/** A positive serial number of 1 to 20 octets. */
export function serialNumber(random: Random): Uint8Array {
  const octets = random.octets(1 + random.below(20));
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x01;
  return encodeElement(tags.INTEGER, octets);
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function time(at: number, generalized = false): Uint8Array {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const late = at >= Date.UTC(2050, 0, 1) || generalized;
  return late ? encodeElement(tags.GENERALIZED_TIME, ascii(text)) : encodeElement(tags.UTC_TIME, ascii(text.slice(2)));
}

/** A second between 1960 and 2090, or an edge of UTCTime. */
export function instant(random: Random): number {
  if (random.oneIn(8))
    return random.pick([Date.UTC(1950, 0, 1), Date.UTC(2049, 11, 31, 23, 59, 59), Date.UTC(2050, 0, 1), 0]);
  return Date.UTC(
    1960 + random.below(130),
    random.below(12),
    1 + random.below(28),
    random.below(24),
    random.below(60),
    random.below(60),
  );
}

const WORDS = [
  'JPKI',
  'Example',
  'Kiyose-shi',
  'CN, with comma',
  'a+b',
  'O=x',
  'trailing ',
  "it's",
  'A'.repeat(64),
  '0',
  '#hash',
];
const JAPANESE = ['見本', '公的個人認証サービス', '鷗外', '𠮷野家', 'ミホン　タロウ', 'é', 'ﾊﾝｶｸ'];
const ATTRIBUTE_TYPES = [
  '2.5.4.3',
  '2.5.4.6',
  '2.5.4.7',
  '2.5.4.8',
  '2.5.4.10',
  '2.5.4.11',
  '2.5.4.5',
  '2.5.4.12',
  '1.2.3.4.5',
];

export function directoryString(random: Random): Uint8Array {
  if (random.oneIn(3)) return encodeElement(tags.UTF8_STRING, encodeUtf8(random.pick([...JAPANESE, ...WORDS])));
  const text = random.pick(WORDS.filter((word) => !word.includes('#')));
  if (random.oneIn(6)) {
    const wide = Uint8Array.from([...text].flatMap((character) => [0, character.charCodeAt(0)]));
    return encodeElement(tags.BMP_STRING, wide);
  }
  return encodeElement(random.oneIn(6) ? tags.IA5_STRING : tags.PRINTABLE_STRING, ascii(text));
}

function attribute(random: Random): Uint8Array {
  const type = random.pick(ATTRIBUTE_TYPES);
  if (type === '2.5.4.6')
    return encodeSequence(oid(type), encodeElement(tags.PRINTABLE_STRING, ascii(random.pick(['JP', 'US', 'DE']))));
  return encodeSequence(oid(type), directoryString(random));
}

/** One to five RDNs, a multi-valued one now and then. */
export function name(random: Random): Uint8Array {
  const rdns = random.several(1 + random.below(5), () =>
    encodeSetOf(random.several(random.oneIn(8) ? 2 : 1, () => attribute(random))),
  );
  return encodeSequence(...rdns);
}

export function generalName(random: Random): Uint8Array {
  switch (random.below(7)) {
    case 0:
      return encodeElement(0x81, ascii('someone@example.com'));
    case 1:
      return encodeElement(0x82, ascii(random.pick(['example.com', '*.example.org', 'xn--wgv71a.jp'])));
    case 2:
      return explicit(4, name(random));
    case 3:
      return encodeElement(0x86, ascii(random.pick(['http://crl.example.com/a.crl', 'ldap://x/o=a?b', 'urn:x:y'])));
    case 4:
      return encodeElement(0x87, random.octets(random.pick([4, 16])));
    case 5:
      return encodeElement(0x88, oid('1.2.3.4').subarray(2));
    default:
      return explicit(
        0,
        oid(random.pick(['1.2.392.200149.8.5.5.1', '1.3.6.1.4.1.311.20.2.3'])),
        explicit(0, encodeElement(tags.UTF8_STRING, encodeUtf8(random.pick(JAPANESE)))),
      );
  }
}

export const generalNames = (random: Random): Uint8Array =>
  concatBytes(...random.several(1 + random.below(3), () => generalName(random)));

/** A NamedBitList in the fewest octets. */
export function namedBits(random: Random, count: number): Uint8Array {
  const bits = new Set(random.several(1 + random.below(3), () => random.below(count)));
  const last = Math.max(...bits);
  const octets = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return concatBytes(Uint8Array.of(7 - (last & 7)), octets);
}

/** Who signs, and with what; `sign` may be a dummy where nobody verifies. */
export interface Signing {
  readonly algorithm: Uint8Array;
  readonly spki: Uint8Array;
  readonly sign: (tbs: Uint8Array) => Uint8Array;
}

export const bitString = (octets: Uint8Array): Uint8Array =>
  encodeElement(tags.BIT_STRING, concatBytes(Uint8Array.of(0), octets));
