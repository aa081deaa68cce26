import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { PolicyMapping } from '../extensions.ts';
import { readFields, readSequenceOf } from './sequence-of.ts';

/** RFC 5280 §4.2.1.5. That anyPolicy is not mapped is for path validation to see (§6.1.4(a)). */
export function decodePolicyMappings(element: DerElement): readonly PolicyMapping[] {
  return readSequenceOf(element, MAX_ELEMENTS).map((mapping) => {
    const fields = readFields(mapping);
    const issuerDomainPolicy = readObjectIdentifier(fields.next());
    const subjectDomainPolicy = readObjectIdentifier(fields.next());
    fields.finish();
    return { issuerDomainPolicy, subjectDomainPolicy };
  });
}
