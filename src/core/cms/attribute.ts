import { DecodeError } from '../der/decode-error.ts';
import { type DerElement, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readEach, readObjectIdentifier } from '../der/values.ts';
import { encodeObjectIdentifier, encodeSequence, encodeSetOf } from '../der/writer.ts';

/** Attribute (RFC 5652 §5.3). `values`: the DER of each, as transmitted; what they mean is read on demand. */
export interface Attribute {
  readonly type: string;
  readonly values: readonly Uint8Array[];
  /** The whole attribute as transmitted. */
  readonly der: Uint8Array;
}

const MAX_ATTRIBUTES = 128;
const MAX_VALUES = 32;

export const CONTENT_TYPE = '1.2.840.113549.1.9.3';
export const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
export const SIGNING_TIME = '1.2.840.113549.1.9.5';
export const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
export const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
export const CMS_ALGORITHM_PROTECTION = '1.2.840.113549.1.9.52';

/** The attributes inside a SET OF, whatever its tag (signedAttrs and unsignedAttrs are IMPLICIT). */
export function decodeAttributes(set: DerElement): readonly Attribute[] {
  return readEach(set, MAX_ATTRIBUTES).map(decodeAttribute);
}

function decodeAttribute(element: DerElement): Attribute {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'an attribute is a SEQUENCE');
  const inside = element.reader();
  const type = readObjectIdentifier(inside.next(tags.OBJECT_IDENTIFIER));
  const values = readEach(inside.next(tags.SET), MAX_VALUES).map((value) => value.der);
  inside.finish();
  return { type, values, der: element.der };
}

/**
 * What is signed: the attributes as SET OF in DER, under the universal tag (RFC 5652 §5.4), whatever order they came in.
 * The order of the values inside an attribute is restored as well, that being a SET OF too; of one value there is none.
 */
export function encodeSignedAttributes(attributes: readonly Attribute[]): Uint8Array {
  return encodeSetOf(
    attributes.map(({ type, values, der }) =>
      values.length < 2 ? der : encodeSequence(encodeObjectIdentifier(type), encodeSetOf(values)),
    ),
  );
}

/** How often a type occurs, and its value when it is there once with one value, as RFC 5652 §11 asks for most. */
export type Occurrence =
  | { readonly occurs: 'never' | 'repeatedly' | 'without-value' | 'with-values' }
  | { readonly occurs: 'once'; readonly value: Uint8Array };

export function selectAttribute(attributes: readonly Attribute[], type: string): Occurrence {
  const [first, ...others] = attributes.filter((attribute) => attribute.type === type);
  if (first === undefined) return { occurs: 'never' };
  if (others.length > 0) return { occurs: 'repeatedly' };
  const [value, ...more] = first.values;
  if (value === undefined) return { occurs: 'without-value' };
  return more.length > 0 ? { occurs: 'with-values' } : { occurs: 'once', value };
}

/** Reads an attribute value; undefined instead of a DecodeError, malformed being a fact about the signature here. */
export function readValue<T>(value: Uint8Array, decode: (element: DerElement) => T): T | undefined {
  try {
    return decode(readDer(value, value.length));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
