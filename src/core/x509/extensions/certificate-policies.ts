import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { PolicyInformation } from '../extensions.ts';
import { readFields, readSequenceOf } from './sequence-of.ts';

const NO_QUALIFIERS: PolicyInformation['policyQualifiers'] = [];

/** RFC 5280 §4.2.1.4: a policy occurs once. Qualifiers are kept as DER. */
export function decodeCertificatePolicies(element: DerElement): readonly PolicyInformation[] {
  const seen = new Set<string>();
  return readSequenceOf(element, MAX_ELEMENTS).map((information) => {
    const policy = decodePolicyInformation(information);
    if (seen.has(policy.policyIdentifier)) throw information.error('duplicate', 'a policy occurs twice');
    seen.add(policy.policyIdentifier);
    return policy;
  });
}

function decodePolicyInformation(element: DerElement): PolicyInformation {
  const fields = readFields(element);
  const policyIdentifier = readObjectIdentifier(fields.next());
  const qualifiers = fields.nextIf(tags.SEQUENCE);
  fields.finish();
  const policyQualifiers =
    qualifiers === undefined ? NO_QUALIFIERS : readSequenceOf(qualifiers, MAX_ELEMENTS).map(decodeQualifier);
  return { policyIdentifier, policyQualifiers };
}

function decodeQualifier(element: DerElement): PolicyInformation['policyQualifiers'][number] {
  const fields = readFields(element);
  const policyQualifierId = readObjectIdentifier(fields.next());
  const qualifier = fields.next().der;
  fields.finish();
  return { policyQualifierId, qualifier };
}
