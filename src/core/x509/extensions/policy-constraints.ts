import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readSmallInteger } from '../../der/values.ts';
import type { PolicyConstraints } from '../extensions.ts';
import { readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.11: one of the two fields or both. */
export function decodePolicyConstraints(element: DerValue): PolicyConstraints {
  const fields = readFields(element);
  const explicit = fields.nextIf(tags.contextPrimitive(0));
  const mapping = fields.nextIf(tags.contextPrimitive(1));
  fields.finish();
  if (explicit === undefined && mapping === undefined)
    throw element.error('invalid-value', 'policyConstraints without a field');
  return {
    requireExplicitPolicy: explicit && readSmallInteger(explicit, explicit.tag),
    inhibitPolicyMapping: mapping && readSmallInteger(mapping, mapping.tag),
  };
}
