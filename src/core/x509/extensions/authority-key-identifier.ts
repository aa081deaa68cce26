import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readOctetString } from '../../der/values.ts';
import type { AuthorityKeyIdentifier } from '../extensions.ts';
import { decodeGeneralNames } from '../general-name.ts';
import { decodeSerialNumber } from '../serial-number.ts';
import { readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.1: issuer and serial number together or not at all (§A.2). */
export function decodeAuthorityKeyIdentifier(element: DerValue): AuthorityKeyIdentifier {
  const fields = readFields(element);
  const keyIdentifier = fields.nextIf(tags.contextPrimitive(0));
  const issuer = fields.nextIf(tags.contextConstructed(1));
  const serial = fields.nextIf(tags.contextPrimitive(2));
  fields.finish();
  if ((issuer === undefined) !== (serial === undefined))
    throw element.error('invalid-value', 'authorityCertIssuer and authorityCertSerialNumber go together');
  return {
    keyIdentifier: keyIdentifier && readOctetString(keyIdentifier, keyIdentifier.tag),
    authorityCertIssuer: issuer && decodeGeneralNames(issuer, issuer.tag),
    authorityCertSerialNumber: serial && decodeSerialNumber(serial, serial.tag),
  };
}
