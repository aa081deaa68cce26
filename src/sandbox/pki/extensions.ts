import * as pkijs from 'pkijs';
import { OID } from '../oids.ts';
import {
  type Asn1,
  bits,
  boolean,
  der,
  element,
  ia5,
  integer,
  octets,
  oid,
  own,
  sequence,
  tagged,
  taggedOctets,
  utf8,
} from './asn1.ts';
import { nameDer, type Rdn } from './names.ts';

export type Extension = pkijs.Extension;

export const extension = (extnID: string, critical: boolean, value: Asn1): Extension =>
  new pkijs.Extension({ extnID, critical, extnValue: own(der(value)) });

const directoryName = (rdns: readonly Rdn[]): Asn1 => tagged(4, element(nameDer(rdns)));

const KEY_USAGE_BIT = { digitalSignature: 0, nonRepudiation: 1, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 };
export type KeyUsageName = keyof typeof KEY_USAGE_BIT;

/** Named bit list: trailing zero bits left out (X.690 §11.2.2). */
export function keyUsage(...names: readonly KeyUsageName[]): Extension {
  let octet = 0;
  let last = 0;
  for (const name of names) {
    octet |= 0x80 >> KEY_USAGE_BIT[name];
    last = Math.max(last, KEY_USAGE_BIT[name]);
  }
  return extension(OID.keyUsage, true, bits(Buffer.of(octet), 7 - last));
}

export const extKeyUsage = (...purposes: readonly string[]): Extension =>
  extension(OID.extKeyUsage, false, sequence(...purposes.map(oid)));

export const criticalExtKeyUsage = (...purposes: readonly string[]): Extension =>
  extension(OID.extKeyUsage, true, sequence(...purposes.map(oid)));

export const certificatePolicies = (policy: string, critical = true): Extension => {
  const cps = sequence(oid(OID.cpsQualifier), ia5('http://www.jpki.go.jp/cps.html'));
  return extension(OID.certificatePolicies, critical, sequence(sequence(oid(policy), sequence(cps))));
};

export const alternativeName = (which: 'subject' | 'issuer', rdns: readonly Rdn[]): Extension =>
  extension(which === 'subject' ? OID.subjectAltName : OID.issuerAltName, false, sequence(directoryName(rdns)));

/** otherName ::= [0] IMPLICIT SEQUENCE { type-id, value [0] EXPLICIT ANY }, each value a UTF8String. */
export const otherNames = (values: readonly (readonly [typeId: string, text: string])[]): Extension =>
  extension(
    OID.subjectAltName,
    false,
    sequence(...values.map(([typeId, text]) => tagged(0, oid(typeId), tagged(0, utf8(text))))),
  );

export const distributionPointByName = (rdns: readonly Rdn[]): Extension =>
  extension(OID.crlDistributionPoints, false, sequence(sequence(tagged(0, tagged(0, directoryName(rdns))))));

export const distributionPointByUrl = (url: string): Extension =>
  extension(
    OID.crlDistributionPoints,
    false,
    sequence(sequence(tagged(0, tagged(0, taggedOctets(6, Buffer.from(url)))))),
  );

export const authorityInfoAccess = (...accesses: readonly (readonly [method: string, url: string])[]): Extension =>
  extension(
    OID.authorityInfoAccess,
    false,
    sequence(...accesses.map(([method, url]) => sequence(oid(method), taggedOctets(6, Buffer.from(url))))),
  );

/** All three fields, as JPKI's leaves have them (certificates.md §2 row 7). */
export const authorityKeyIdentifier = (keyIdentifier: Uint8Array, issuer: readonly Rdn[], serial: Uint8Array) =>
  extension(
    OID.authorityKeyIdentifier,
    false,
    sequence(taggedOctets(0, keyIdentifier), tagged(1, directoryName(issuer)), taggedOctets(2, serial)),
  );

export const keyIdentifierOnly = (keyIdentifier: Uint8Array): Extension =>
  extension(OID.authorityKeyIdentifier, false, sequence(taggedOctets(0, keyIdentifier)));

export const subjectKeyIdentifier = (keyIdentifier: Uint8Array): Extension =>
  extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier));

export const basicConstraints = (ca: boolean): Extension =>
  extension(OID.basicConstraints, true, ca ? sequence(boolean(true)) : sequence());

export const ocspNoCheck = (): Extension =>
  new pkijs.Extension({ extnID: OID.ocspNoCheck, critical: false, extnValue: own(Buffer.from('0500', 'hex')) });

export const crlNumber = (number: Uint8Array): Extension => extension(OID.crlNumber, false, integer(number));

/** An extension that nobody knows, under 2.25 (a UUID of ours). */
export const unknownExtension = (critical: boolean): Extension =>
  extension('2.25.211659380999008234985200911832347135583', critical, utf8('unknown'));
