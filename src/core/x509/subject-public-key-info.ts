import { toHex } from '../bytes.ts';
import { type DerElement, DerReader } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readIntegerOctets, readObjectIdentifier, readOctetAlignedBitString } from '../der/values.ts';
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
export function decodeSubjectPublicKeyInfo(element: DerElement): SubjectPublicKeyInfo {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a SubjectPublicKeyInfo was expected');
  const fields = element.reader();
  const algorithmElement = fields.next(tags.SEQUENCE);
  const algorithm = decodeAlgorithmIdentifier(algorithmElement);
  const keyElement = fields.next(tags.BIT_STRING);
  const subjectPublicKey = readOctetAlignedBitString(keyElement);
  fields.finish();
  const key = publicKeyFacts(algorithm, algorithmElement, keyElement, subjectPublicKey);
  return { der: element.der, algorithm, subjectPublicKey, key };
}

function publicKeyFacts(
  algorithm: AlgorithmIdentifier,
  algorithmElement: DerElement,
  keyElement: DerElement,
  subjectPublicKey: Uint8Array,
): PublicKeyFacts {
  switch (algorithm.algorithm) {
    case RSA_ENCRYPTION: {
      const { parameters } = algorithm;
      if (parameters?.length !== 2 || parameters[0] !== tags.NULL || parameters[1] !== 0)
        throw algorithmElement.error('invalid-value', 'rsaEncryption without NULL parameters');
      return rsaFacts(keyElement);
    }
    case EC_PUBLIC_KEY:
      return ecFacts(algorithmElement, keyElement, subjectPublicKey);
    default:
      return { type: 'other', algorithm: algorithm.algorithm };
  }
}

/** RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 §A.1.1). */
function rsaFacts(keyElement: DerElement): PublicKeyFacts {
  const { buffer, contentStart, end, depth } = keyElement;
  // Past the octet that counts the unused bits.
  const outer = new DerReader(buffer, contentStart + 1, end, depth + 1);
  const sequence = outer.next(tags.SEQUENCE);
  outer.finish();
  const fields = sequence.reader();
  const modulus = readPositive(fields.next(tags.INTEGER));
  const exponent = readPositive(fields.next(tags.INTEGER));
  fields.finish();
  const modulusBits = modulus.length * 8 - (Math.clz32(modulus[0] as number) - 24);
  return { type: 'rsa', modulusBits, publicExponent: BigInt(`0x${toHex(exponent)}`) };
}

/** Magnitude octets of a positive INTEGER, without the sign octet. */
function readPositive(element: DerElement): Uint8Array {
  const octets = readIntegerOctets(element);
  const first = octets[0] as number;
  if (first >= 0x80 || (first === 0 && octets.length === 1))
    throw element.error('invalid-value', 'a positive INTEGER was expected');
  return first === 0 ? octets.subarray(1) : octets;
}

function ecFacts(algorithmElement: DerElement, keyElement: DerElement, point: Uint8Array): PublicKeyFacts {
  const fields = algorithmElement.reader();
  fields.next();
  if (fields.nextTag !== tags.OBJECT_IDENTIFIER) return { type: 'other', algorithm: EC_PUBLIC_KEY };
  const known = CURVES.get(readObjectIdentifier(fields.next()));
  if (known === undefined) return { type: 'other', algorithm: EC_PUBLIC_KEY };
  const [form] = point;
  const uncompressed = form === 0x04 && point.length === 1 + 2 * known.octets;
  const compressed = (form === 0x02 || form === 0x03) && point.length === 1 + known.octets;
  if (!uncompressed && !compressed) throw keyElement.error('invalid-value', 'no ECPoint of this curve');
  return { type: 'ec', curve: known.curve };
}
