import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { DirectoryAttribute } from '../extensions.ts';
import { readFields, readSequenceOf } from './sequence-of.ts';

/** RFC 5280 §4.2.1.8. Values are kept as DER. */
export function decodeSubjectDirectoryAttributes(element: DerElement): readonly DirectoryAttribute[] {
  return readSequenceOf(element, MAX_ELEMENTS).map((attribute) => {
    const fields = readFields(attribute);
    const type = readObjectIdentifier(fields.next());
    const values = readSequenceOf(fields.next(), MAX_ELEMENTS, tags.SET);
    fields.finish();
    return { type, values: values.map((value) => value.der) };
  });
}
