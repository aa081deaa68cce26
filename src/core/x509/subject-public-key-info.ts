import { toHex } from '../bytes.ts';
import { type DerElement, DerReader, type DerValue, view } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readObjectIdentifier, readOctetAlignedBitString, validateInteger } from '../der/values.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from './algorithm-identifier.ts';

/** What kind of key it is, as far as the allow-list of algorithms asks. `other`: DSA, EdDSA, unknown curves, … */
export type PublicKeyFacts =
  | { readonly type: 'rsa'; readonly modulusBits: number; readonly publicExponent: bigint }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' }
  | { readonly type: 'other'; readonly algorithm: string };

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export interface SubjectPublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** Contents of the BIT STRING subjectPublicKey: what a KeyHash of OCSP is taken over. */
  readonly subjectPublicKey: Uint8Array;
  readonly key: PublicKeyFacts;
}

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const CURVES: ReadonlyMap<string, { readonly curve: 'P-256' | 'P-384'; readonly octets: number }> = new Map([
  ['1.2.840.10045.3.1.7', { curve: 'P-256', octets: 32 }],
  ['1.3.132.0.34', { curve: 'P-384', octets: 48 }],
]);

/** Throws DecodeError, also when an RSA key or a point on a known curve is not of its form (RFC 3279 §2.3.1, RFC 5480 §2). */
export function decodeSubjectPublicKeyInfo(value: DerValue): SubjectPublicKeyInfo {
  if (value.tag !== tags.SEQUENCE) throw value.error('unexpected-tag', 'a SubjectPublicKeyInfo was expected');
  const fields = value.reader();
  const algorithmElement = fields.next(tags.SEQUENCE);
  const algorithm = decodeAlgorithmIdentifier(algorithmElement);
  const keyElement = fields.next(tags.BIT_STRING);
  const subjectPublicKey = readOctetAlignedBitString(keyElement);
  fields.finish();
  const key = publicKeyFacts(algorithm, algorithmElement, keyElement);
  return { der: value.der, algorithm, subjectPublicKey, key };
}

function publicKeyFacts(
  algorithm: AlgorithmIdentifier,
  algorithmElement: DerElement,
  keyElement: DerElement,
): PublicKeyFacts {
  switch (algorithm.algorithm) {
    case RSA_ENCRYPTION: {
      const { parameters } = algorithm;
      if (parameters?.length !== 2 || parameters[0] !== tags.NULL || parameters[1] !== 0)
        throw algorithmElement.error('invalid-value', 'rsaEncryption without NULL parameters');
      return rsaFacts(keyElement);
    }
    case EC_PUBLIC_KEY:
      return ecFacts(algorithmElement, keyElement);
    default:
      return { type: 'other', algorithm: algorithm.algorithm };
  }
}

/** RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 §A.1.1). */
function rsaFacts(keyElement: DerElement): PublicKeyFacts {
  const { buffer, contentStart, end, depth } = keyElement;
  // Past the octet that counts the unused bits.
  const outer = new DerReader(buffer, contentStart + 1, end, depth + 1);
  const sequence = outer.read(tags.SEQUENCE);
  outer.finish();
  const fields = sequence.reader();
  const modulus = findMagnitude(fields.read(tags.INTEGER));
  const modulusBits = (fields.end - modulus) * 8 - (Math.clz32(buffer[modulus] as number) - 24);
  const exponent = findMagnitude(fields.read(tags.INTEGER));
  const publicExponent = readMagnitude(buffer, exponent, fields.end);
  fields.finish();
  return { type: 'rsa', modulusBits, publicExponent };
}

/** Where the magnitude of a positive INTEGER begins: its octets without the sign octet. */
function findMagnitude(value: DerValue): number {
  validateInteger(value);
  const first = value.buffer[value.contentStart] as number;
  if (first >= 0x80 || (first === 0 && value.length === 1))
    throw value.error('invalid-value', 'a positive INTEGER was expected');
  return first === 0 ? value.contentStart + 1 : value.contentStart;
}

function readMagnitude(buffer: Uint8Array, start: number, end: number): bigint {
  if (end - start > 6) return BigInt(`0x${toHex(view(buffer, start, end))}`);
  // Six octets are 48 bits, which a number holds exactly.
  let number = 0;
  for (let i = start; i < end; i++) number = number * 256 + (buffer[i] as number);
  return BigInt(number);
}

function ecFacts(algorithmElement: DerElement, keyElement: DerElement): PublicKeyFacts {
  const fields = algorithmElement.reader();
  fields.read();
  if (fields.nextTag !== tags.OBJECT_IDENTIFIER) return { type: 'other', algorithm: EC_PUBLIC_KEY };
  const known = CURVES.get(readObjectIdentifier(fields.read()));
  if (known === undefined) return { type: 'other', algorithm: EC_PUBLIC_KEY };
  // Behind the octet that counts the unused bits.
  const form = keyElement.length === 1 ? undefined : keyElement.buffer[keyElement.contentStart + 1];
  const octets = keyElement.length - 1;
  const uncompressed = form === 0x04 && octets === 1 + 2 * known.octets;
  const compressed = (form === 0x02 || form === 0x03) && octets === 1 + known.octets;
  if (!uncompressed && !compressed) throw keyElement.error('invalid-value', 'no ECPoint of this curve');
  return { type: 'ec', curve: known.curve };
}
