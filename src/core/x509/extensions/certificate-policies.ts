import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import type { PolicyInformation } from '../extensions.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

type PolicyQualifier = PolicyInformation['policyQualifiers'][number];

const NO_QUALIFIERS: readonly PolicyQualifier[] = [];

/** RFC 5280 §4.2.1.4: a policy occurs once. Qualifiers are kept as DER. */
export function decodeCertificatePolicies(value: DerValue): readonly PolicyInformation[] {
  const policies = decodeSequenceOf(value, decodePolicyInformation);
  if (policies.length > 1 && new Set(policies.map((policy) => policy.policyIdentifier)).size < policies.length)
    throw value.error('duplicate', 'a policy occurs twice');
  return policies;
}

function decodePolicyInformation(value: DerValue): PolicyInformation {
  const fields = readFields(value);
  const policyIdentifier = readObjectIdentifier(fields.read());
  const qualifiers = fields.nextIf(tags.SEQUENCE);
  fields.finish();
  const policyQualifiers = qualifiers === undefined ? NO_QUALIFIERS : decodeSequenceOf(qualifiers, decodeQualifier);
  return { policyIdentifier, policyQualifiers };
}

function decodeQualifier(value: DerValue): PolicyQualifier {
  const fields = readFields(value);
  const policyQualifierId = readObjectIdentifier(fields.read());
  const qualifier = fields.read().der;
  fields.finish();
  return { policyQualifierId, qualifier };
}
