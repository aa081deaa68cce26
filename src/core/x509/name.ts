import { compareBytes } from '../bytes.ts';
import { MAX_ELEMENTS, MAX_NAME_SIZE } from '../der/limits.ts';
import type { DerElement } from '../der/reader.ts';
import { readString } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import { readEach, readObjectIdentifier } from '../der/values.ts';

/** AttributeTypeAndValue. `value`: text, or undefined when the type is not a character string. */
export interface AttributeTypeAndValue {
  readonly type: string;
  readonly valueTag: number;
  readonly value: string | undefined;
  /** DER of the value. */
  readonly valueDer: Uint8Array;
}

/** Name = RDNSequence (RFC 5280 §4.1.2.4), root first. Compared by compareNames (§7.1), never by text. */
export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly AttributeTypeAndValue[])[];
}

/** GeneralName (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | {
      readonly type: 'otherName';
      readonly typeId: string /** DER inside the EXPLICIT [0] */;
      readonly value: Uint8Array;
    }
  | { readonly type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly value: string }
  | { readonly type: 'directoryName'; readonly value: Name }
  | { readonly type: 'iPAddress'; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string }
  | { readonly type: 'x400Address' | 'ediPartyName'; readonly value: Uint8Array };

/** RDNSequence; may be empty (§4.1.2.6), its RDNs may not. Throws DecodeError. */
export function decodeName(element: DerElement): Name {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a Name was expected');
  if (element.length > MAX_NAME_SIZE) throw element.error('size-limit', `a Name of more than ${MAX_NAME_SIZE} octets`);
  const rdns = readEach(element, MAX_ELEMENTS).map((rdn) => decodeRelativeDistinguishedName(rdn));
  return { der: element.der, rdns };
}

/** SET SIZE (1..MAX) OF AttributeTypeAndValue; `tag` where it is tagged IMPLICIT (nameRelativeToCRLIssuer). */
export function decodeRelativeDistinguishedName(
  element: DerElement,
  tag: number = tags.SET,
): readonly AttributeTypeAndValue[] {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'a RelativeDistinguishedName was expected');
  const elements = readEach(element, MAX_ELEMENTS);
  if (elements.length === 0) throw element.error('invalid-value', 'a RelativeDistinguishedName without attributes');
  for (let i = 1; i < elements.length; i++) {
    // X.690 §11.6: the elements of a SET OF stand in ascending order of their encodings.
    if (compareBytes((elements[i - 1] as DerElement).der, (elements[i] as DerElement).der) > 0)
      throw element.error('invalid-value', 'SET OF out of order');
  }
  return elements.map(decodeAttributeTypeAndValue);
}

function decodeAttributeTypeAndValue(element: DerElement): AttributeTypeAndValue {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'an AttributeTypeAndValue was expected');
  const fields = element.reader();
  const type = readObjectIdentifier(fields.next(tags.OBJECT_IDENTIFIER));
  const value = fields.next();
  fields.finish();
  return { type, valueTag: value.tag, value: readString(value), valueDer: value.der };
}
