import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import { readSequenceOf } from './sequence-of.ts';

/** RFC 5280 §4.2.1.12: SEQUENCE SIZE (1..MAX) OF KeyPurposeId. */
export function decodeExtendedKeyUsage(element: DerElement): readonly string[] {
  return readSequenceOf(element, MAX_ELEMENTS).map((purpose) => readObjectIdentifier(purpose));
}
