import type { DerValue } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { AccessDescription } from '../extensions.ts';
import { readGeneralName } from '../general-name.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

/** authorityInfoAccess and subjectInfoAccess (RFC 5280 §4.2.2). */
export function decodeAccessDescriptions(value: DerValue): readonly AccessDescription[] {
  return decodeSequenceOf(value, decodeAccessDescription);
}

function decodeAccessDescription(value: DerValue): AccessDescription {
  const fields = readFields(value);
  const accessMethod = readObjectIdentifier(fields.read());
  const accessLocation = readGeneralName(fields);
  fields.finish();
  return { accessMethod, accessLocation };
}
