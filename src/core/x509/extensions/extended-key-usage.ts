import type { DerValue } from '../../der/reader.ts';
import { readObjectIdentifier } from '../../der/values.ts';
import { decodeSequenceOf } from './sequence-of.ts';

/** RFC 5280 §4.2.1.12: SEQUENCE SIZE (1..MAX) OF KeyPurposeId. */
export function decodeExtendedKeyUsage(value: DerValue): readonly string[] {
  return decodeSequenceOf(value, decodePurpose);
}

function decodePurpose(value: DerValue): string {
  return readObjectIdentifier(value);
}
