import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { AccessDescription } from '../extensions.ts';
import { decodeGeneralName } from '../general-name.ts';
import { readFields, readSequenceOf } from './sequence-of.ts';

/** authorityInfoAccess and subjectInfoAccess (RFC 5280 §4.2.2). */
export function decodeAccessDescriptions(element: DerElement): readonly AccessDescription[] {
  return readSequenceOf(element, MAX_ELEMENTS).map((description) => {
    const fields = readFields(description);
    const accessMethod = readObjectIdentifier(fields.next());
    const accessLocation = decodeGeneralName(fields.next());
    fields.finish();
    return { accessMethod, accessLocation };
  });
}
