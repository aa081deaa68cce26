import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { DirectoryAttribute } from '../extensions.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.8. Values are kept as DER. */
export function decodeSubjectDirectoryAttributes(value: DerValue): readonly DirectoryAttribute[] {
  return decodeSequenceOf(value, decodeDirectoryAttribute);
}

function decodeDirectoryAttribute(value: DerValue): DirectoryAttribute {
  const fields = readFields(value);
  const type = readObjectIdentifier(fields.read());
  const values = decodeSequenceOf(fields.read(), derOf, tags.SET);
  fields.finish();
  return { type, values };
}

const derOf = ({ der }: DerValue): Uint8Array => der;
