import { equalBytes, toHex } from '../bytes.ts';
import * as tags from '../der/tags.ts';
import type { AttributeTypeAndValue, Name } from './name.ts';

const DOMAIN_COMPONENT = '0.9.2342.19200300.100.1.25';
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

/**
 * Are two names the same (RFC 5280 §7.1)? PrintableString and UTF8String by caseIgnoreMatch of RFC 4518, domainComponent
 * (§7.3) and emailAddress without regard to case, every other type octet by octet.
 */
export function compareNames(a: Name, b: Name): boolean {
  if (equalBytes(a.der, b.der)) return true;
  return a.rdns.length === b.rdns.length && placeWithin(a, b) === 'inside';
}

/**
 * Where `name` lies by the subtree below `base`, `base` itself included (§4.2.1.10). `unknown`: it differs, but by characters
 * in a string type that is compared octet by octet, in which the same text can be written anew.
 */
export function placeWithin(name: Name, base: Name): 'inside' | 'outside' | 'unknown' {
  if (base.rdns.length > name.rdns.length) return 'outside';
  const rdns = prepareRdns(name);
  const differences = prepareRdns(base).flatMap((one, i) => {
    const other = rdns[i];
    return other === undefined || one.text === other.text ? [] : [one.certain && other.certain];
  });
  if (differences.length === 0) return 'inside';
  return differences.includes(true) ? 'outside' : 'unknown';
}

interface PreparedRdn {
  /** Equal exactly for RDNs that match. */
  readonly text: string;
  /** No character string in it is compared octet by octet. */
  readonly certain: boolean;
}

/** Each name is prepared once: a crowd of long names would else be prepared again for every pair. */
const prepared = new WeakMap<Name, readonly PreparedRdn[]>();

function prepareRdns(name: Name): readonly PreparedRdn[] {
  const before = prepared.get(name);
  if (before !== undefined) return before;
  const rdns = name.rdns.map((rdn) => {
    const attributes = rdn.map((one) => ({ type: one.type, value: one.value, as: comparable(one) }));
    // The order of a SET is that of the encodings, and differs between string types; lengths keep attributes apart.
    const texts = attributes.map(({ type, as }) => `${type}=${as}`).sort();
    return {
      text: texts.map((text) => `${text.length}:${text}`).join(),
      certain: attributes.every(({ value, as }) => value === undefined || as.startsWith(TEXT)),
    };
  });
  prepared.set(name, rdns);
  return rdns;
}

const TEXT = 'text:';

/** A text equal exactly for values that match; marked by kind, so that a text never equals octets. */
function comparable({ type, valueTag, value, valueDer }: AttributeTypeAndValue): string {
  const byText =
    valueTag === tags.PRINTABLE_STRING ||
    valueTag === tags.UTF8_STRING ||
    (valueTag === tags.IA5_STRING && (type === DOMAIN_COMPONENT || type === EMAIL_ADDRESS));
  const text = byText && value !== undefined ? prepare(value) : undefined;
  return text === undefined ? `octets:${toHex(valueDer)}` : `${TEXT}${text}`;
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
const SPACES = /[\t\n\v\f\r\u0085\p{Z}]+/gu;
const MAPPED_TO_NOTHING = /\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034f|\ufffc/gu;

/**
 * More than 30 combining characters in a row (UAX #15 §13, Stream-Safe Text Format; the two half-width voicing marks become
 * such under NFKC). To normalise them takes time in the square of their number, and no name has them.
 */
const UNSAFE_RUN = /(?<![\p{M}\uff9e\uff9f])[\p{M}\uff9e\uff9f]{31}/u;

/**
 * RFC 4518 §2: map, fold case, normalise (NFKC), drop insignificant spaces. Case is folded again afterwards, for what NFKC
 * writes in capitals (U+2121, "TEL"). Undefined for text that is not to be normalised: it matches octet by octet alone.
 */
function prepare(text: string): string | undefined {
  if (PLAIN.test(text)) return text.toLowerCase();
  const mapped = text.replace(SPACES, ' ').replace(MAPPED_TO_NOTHING, '').toLowerCase();
  if (UNSAFE_RUN.test(mapped)) return undefined;
  return mapped.normalize('NFKC').toLowerCase().replace(/ +/g, ' ').replace(/^ | $/g, '');
}
