import { MAX_ELEMENTS } from '../der/limits.ts';
import type { DerElement } from '../der/reader.ts';
import { readAscii } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import { readEach, readObjectIdentifier } from '../der/values.ts';
import { decodeName, type GeneralName } from './name.ts';

/** SEQUENCE SIZE (1..MAX) OF GeneralName; `tag` where it is tagged IMPLICIT. Throws DecodeError. */
export function decodeGeneralNames(element: DerElement, tag: number = tags.SEQUENCE): readonly GeneralName[] {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'GeneralNames were expected');
  const elements = readEach(element, MAX_ELEMENTS);
  if (elements.length === 0) throw element.error('invalid-value', 'GeneralNames without a name');
  return elements.map(decodeGeneralName);
}

/** One GeneralName, a CHOICE by its context tag. Lengths of iPAddress are its users' to judge (4, 16; 8, 32 in constraints). */
export function decodeGeneralName(element: DerElement): GeneralName {
  switch (element.tag) {
    case 0xa0:
      return decodeOtherName(element);
    case 0x81:
      return { type: 'rfc822Name', value: readAscii(element) };
    case 0x82:
      return { type: 'dNSName', value: readAscii(element) };
    case 0xa3:
      return { type: 'x400Address', value: element.content };
    case 0xa4:
      // Name is a CHOICE, so its tag is EXPLICIT (X.680 §31.2.7).
      return { type: 'directoryName', value: decodeName(element.only()) };
    case 0xa5:
      return { type: 'ediPartyName', value: element.content };
    case 0x86:
      return { type: 'uniformResourceIdentifier', value: readAscii(element) };
    case 0x87:
      return { type: 'iPAddress', value: element.content };
    case 0x88:
      return { type: 'registeredID', value: readObjectIdentifier(element, 0x88) };
    default:
      throw element.error('unexpected-tag', 'a GeneralName was expected');
  }
}

/** OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }. */
function decodeOtherName(element: DerElement): GeneralName {
  const fields = element.reader();
  const typeId = readObjectIdentifier(fields.next(tags.OBJECT_IDENTIFIER));
  const value = fields.next(tags.contextConstructed(0)).only();
  fields.finish();
  return { type: 'otherName', typeId, value: value.der };
}
