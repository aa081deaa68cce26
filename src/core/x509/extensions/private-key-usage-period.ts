import type { DerReader, DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readGeneralizedTime } from '../../der/time.ts';
import type { Instant } from '../../instant.ts';
import { readFields } from './sequence-of.ts';

/** RFC 3280 §4.2.1.4: one of the two times or both. */
export function decodePrivateKeyUsagePeriod(element: DerValue): { notBefore?: Instant; notAfter?: Instant } {
  const fields = readFields(element);
  const notBefore = readTagged(fields, 0);
  const notAfter = readTagged(fields, 1);
  fields.finish();
  if (notBefore === undefined && notAfter === undefined)
    throw element.error('invalid-value', 'privateKeyUsagePeriod without a time');
  return { ...(notBefore === undefined ? {} : { notBefore }), ...(notAfter === undefined ? {} : { notAfter }) };
}

function readTagged(fields: DerReader, n: number): Instant | undefined {
  const element = fields.nextIf(tags.contextPrimitive(n));
  return element && readGeneralizedTime(element, element.tag);
}
