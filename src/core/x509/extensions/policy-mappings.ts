import type { DerValue } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { PolicyMapping } from '../extensions.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.5. That anyPolicy is not mapped is for path validation to see (§6.1.4(a)). */
export function decodePolicyMappings(value: DerValue): readonly PolicyMapping[] {
  return decodeSequenceOf(value, decodePolicyMapping);
}

function decodePolicyMapping(value: DerValue): PolicyMapping {
  const fields = readFields(value);
  const issuerDomainPolicy = readObjectIdentifier(fields.read());
  const subjectDomainPolicy = readObjectIdentifier(fields.read());
  fields.finish();
  return { issuerDomainPolicy, subjectDomainPolicy };
}
