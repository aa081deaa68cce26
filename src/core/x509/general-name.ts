import { MAX_ELEMENTS } from '../der/limits.ts';
import type { DerValue } from '../der/reader.ts';
import { readAscii } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import { readObjectIdentifier } from '../der/values.ts';
import { decodeName, type GeneralName } from './name.ts';

/** SEQUENCE SIZE (1..MAX) OF GeneralName; `tag` where it is tagged IMPLICIT. Throws DecodeError. */
export function decodeGeneralNames(value: DerValue, tag: number = tags.SEQUENCE): readonly GeneralName[] {
  if (value.tag !== tag) throw value.error('unexpected-tag', 'GeneralNames were expected');
  const reader = value.reader();
  const count = reader.count(MAX_ELEMENTS);
  if (count === 0) throw value.error('invalid-value', 'GeneralNames without a name');
  const names = new Array<GeneralName>(count);
  for (let i = 0; i < count; i++) names[i] = decodeGeneralName(reader.read());
  return names;
}

/** One GeneralName, a CHOICE by its context tag. Lengths of iPAddress are its users' to judge (4, 16; 8, 32 in constraints). */
export function decodeGeneralName(value: DerValue): GeneralName {
  switch (value.tag) {
    case 0xa0:
      return decodeOtherName(value);
    case 0x81:
      return { type: 'rfc822Name', value: readAscii(value) };
    case 0x82:
      return { type: 'dNSName', value: readAscii(value) };
    case 0xa3:
      return { type: 'x400Address', value: value.content };
    case 0xa4:
      // Name is a CHOICE, so its tag is EXPLICIT (X.680 §31.2.7).
      return { type: 'directoryName', value: decodeName(value.only()) };
    case 0xa5:
      return { type: 'ediPartyName', value: value.content };
    case 0x86:
      return { type: 'uniformResourceIdentifier', value: readAscii(value) };
    case 0x87:
      return { type: 'iPAddress', value: value.content };
    case 0x88:
      return { type: 'registeredID', value: readObjectIdentifier(value, 0x88) };
    default:
      throw value.error('unexpected-tag', 'a GeneralName was expected');
  }
}

/** OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }. */
function decodeOtherName(otherName: DerValue): GeneralName {
  const fields = otherName.reader();
  const typeId = readObjectIdentifier(fields.read(tags.OBJECT_IDENTIFIER));
  const rest = fields.enter(tags.contextConstructed(0));
  const value = fields.read().der;
  fields.leave(rest);
  fields.finish();
  return { type: 'otherName', typeId, value };
}
