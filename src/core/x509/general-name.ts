import { MAX_ELEMENTS } from '../der/limits.ts';
import type { DerReader, DerValue } from '../der/reader.ts';
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
  for (let i = 0; i < count; i++) names[i] = readGeneralName(reader);
  return names;
}

/** The next GeneralName, a CHOICE by its context tag. Lengths of iPAddress are its users' to judge (4, 16; 8, 32 in constraints). */
export function readGeneralName(reader: DerReader): GeneralName {
  switch (reader.nextTag) {
    case OTHER_NAME:
      return readOtherName(reader);
    case DIRECTORY_NAME:
      return readDirectoryName(reader);
    default:
      return decodeSimpleName(reader.read());
  }
}

const OTHER_NAME = tags.contextConstructed(0);
const DIRECTORY_NAME = tags.contextConstructed(4);

function decodeSimpleName(value: DerValue): GeneralName {
  switch (value.tag) {
    case 0x81:
      return { type: 'rfc822Name', value: readAscii(value) };
    case 0x82:
      return { type: 'dNSName', value: readAscii(value) };
    case 0xa3:
      return { type: 'x400Address', value: value.content };
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

/** Name is a CHOICE, so its tag is EXPLICIT (X.680 §31.2.7). */
function readDirectoryName(reader: DerReader): GeneralName {
  const outer = reader.enter(DIRECTORY_NAME);
  reader.read();
  reader.finish();
  const value = decodeName(reader);
  reader.leave(outer);
  return { type: 'directoryName', value };
}

/** OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }. */
function readOtherName(reader: DerReader): GeneralName {
  const outer = reader.enter(OTHER_NAME);
  const typeId = readObjectIdentifier(reader.read(tags.OBJECT_IDENTIFIER));
  const inner = reader.enter(tags.contextConstructed(0));
  const value = reader.read().der;
  reader.leave(inner);
  reader.leave(outer);
  return { type: 'otherName', typeId, value };
}
