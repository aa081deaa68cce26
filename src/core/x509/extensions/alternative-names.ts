import type { DerValue } from '../../der/reader.ts';
import { decodeGeneralNames } from '../general-name.ts';
import type { GeneralName } from '../name.ts';

/** subjectAltName and issuerAltName (RFC 5280 §4.2.1.6–7): an iPAddress has four or sixteen octets. */
export function decodeAlternativeNames(element: DerValue): readonly GeneralName[] {
  const names = decodeGeneralNames(element);
  for (const name of names) {
    if (name.type === 'iPAddress' && name.value.length !== 4 && name.value.length !== 16)
      throw element.error('invalid-value', 'an iPAddress of neither 4 nor 16 octets');
  }
  return names;
}
