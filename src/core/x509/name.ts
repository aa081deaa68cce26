import { compareBytes } from '../bytes.ts';
import { DecodeError } from '../der/decode-error.ts';
import { MAX_ELEMENTS, MAX_NAME_SIZE } from '../der/limits.ts';
import { DerReader, type DerValue } from '../der/reader.ts';
import { readString, validateString } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import { readObjectIdentifier, validateObjectIdentifier } from '../der/values.ts';

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

/**
 * A Name of which the octets have been validated. Its attributes are put into words when they are first asked for: a
 * certificate has five names or more, and most are only compared by their octets.
 */
class ValidatedName implements Name {
  readonly der: Uint8Array;
  #rdns: Name['rdns'] | undefined;

  constructor(der: Uint8Array) {
    this.der = der;
  }

  get rdns(): Name['rdns'] {
    this.#rdns ??= readRdns(new DerReader(this.der).read().reader());
    return this.#rdns;
  }
}

/** RDNSequence; may be empty (§4.1.2.6), its RDNs may not. Throws DecodeError. */
export function decodeName(element: DerValue): Name {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a Name was expected');
  if (element.length > MAX_NAME_SIZE) throw element.error('size-limit', `a Name of more than ${MAX_NAME_SIZE} octets`);
  const rdns = element.reader();
  rdns.count(MAX_ELEMENTS);
  while (!rdns.atEnd) {
    const outer = rdns.enter(tags.SET);
    validateAttributes(rdns);
    rdns.leave(outer);
  }
  return new ValidatedName(element.der);
}

/** SET SIZE (1..MAX) OF AttributeTypeAndValue; `tag` where it is tagged IMPLICIT (nameRelativeToCRLIssuer). */
export function decodeRelativeDistinguishedName(
  element: DerValue,
  tag: number = tags.SET,
): readonly AttributeTypeAndValue[] {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'a RelativeDistinguishedName was expected');
  validateAttributes(element.reader());
  return readAttributes(element.reader());
}

/** What stands inside a RelativeDistinguishedName, to its end. Throws DecodeError. */
function validateAttributes(reader: DerReader): void {
  const count = reader.count(MAX_ELEMENTS);
  if (count === 0)
    throw new DecodeError('invalid-value', reader.offset, 'a RelativeDistinguishedName without attributes');
  if (count > 1) validateOrder(reader);
  while (!reader.atEnd) {
    const outer = reader.enter(tags.SEQUENCE);
    validateObjectIdentifier(reader.read(tags.OBJECT_IDENTIFIER));
    const value = reader.read();
    reader.leave(outer);
    validateString(value);
  }
}

/** X.690 §11.6: the elements of a SET OF stand in ascending order of their encodings. Reads nothing. */
function validateOrder(reader: DerReader): void {
  const { offset } = reader;
  let before = reader.read().der;
  while (!reader.atEnd) {
    const { der } = reader.read();
    if (compareBytes(before, der) > 0) throw reader.error('invalid-value', 'SET OF out of order');
    before = der;
  }
  reader.offset = offset;
}

/** Of validated octets. */
function readRdns(reader: DerReader): Name['rdns'] {
  const rdns = new Array<readonly AttributeTypeAndValue[]>(reader.count(MAX_ELEMENTS));
  for (let i = 0; i < rdns.length; i++) {
    const outer = reader.enter(tags.SET);
    rdns[i] = readAttributes(reader);
    reader.leave(outer);
  }
  return rdns;
}

/** Of validated octets. */
function readAttributes(reader: DerReader): readonly AttributeTypeAndValue[] {
  const attributes = new Array<AttributeTypeAndValue>(reader.count(MAX_ELEMENTS));
  for (let i = 0; i < attributes.length; i++) {
    const outer = reader.enter(tags.SEQUENCE);
    const type = readObjectIdentifier(reader.read());
    const value = reader.read();
    attributes[i] = { type, valueTag: value.tag, value: readString(value), valueDer: value.der };
    reader.leave(outer);
  }
  return attributes;
}
