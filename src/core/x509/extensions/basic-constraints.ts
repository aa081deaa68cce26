import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readBoolean, readSmallInteger } from '../../der/values.ts';
import type { BasicConstraints } from '../extensions.ts';
import { readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.9. */
export function decodeBasicConstraints(element: DerValue): BasicConstraints {
  const fields = readFields(element);
  const cAElement = fields.nextIf(tags.BOOLEAN);
  const cA = cAElement !== undefined && readBoolean(cAElement);
  // X.690 §11.5: a DEFAULT value is not encoded.
  if (cAElement !== undefined && !cA) throw cAElement.error('non-minimal-value', 'cA FALSE is the default');
  const pathLen = fields.nextIf(tags.INTEGER);
  fields.finish();
  return { cA, pathLenConstraint: pathLen && readSmallInteger(pathLen) };
}
