import type { DerReader, DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readNull, readOctetString, readSmallInteger } from '../../der/values.ts';
import type { Extensions } from '../extensions.ts';
import { decodeAccessDescriptions } from './access-descriptions.ts';
import { decodeAlternativeNames } from './alternative-names.ts';
import { decodeAuthorityKeyIdentifier } from './authority-key-identifier.ts';
import { decodeBasicConstraints } from './basic-constraints.ts';
import { decodeCertificatePolicies } from './certificate-policies.ts';
import { decodeDistributionPoints } from './distribution-points.ts';
import { decodeExtendedKeyUsage } from './extended-key-usage.ts';
import { readExtensions } from './extension-list.ts';
import * as id from './identifiers.ts';
import { decodeKeyUsage } from './key-usage.ts';
import { decodeNameConstraints } from './name-constraints.ts';
import { decodePolicyConstraints } from './policy-constraints.ts';
import { decodePolicyMappings } from './policy-mappings.ts';
import { decodePrivateKeyUsagePeriod } from './private-key-usage-period.ts';
import { decodeSubjectDirectoryAttributes } from './subject-directory-attributes.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a certificate without extensions has. */
export const NO_EXTENSIONS: Extensions = Object.freeze(absent());

function absent(): Mutable<Extensions> {
  return {
    all: [],
    keyUsage: undefined,
    extKeyUsage: undefined,
    certificatePolicies: undefined,
    policyMappings: undefined,
    subjectAltName: undefined,
    issuerAltName: undefined,
    basicConstraints: undefined,
    nameConstraints: undefined,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
    cRLDistributionPoints: undefined,
    freshestCRL: undefined,
    authorityInfoAccess: undefined,
    subjectInfoAccess: undefined,
    authorityKeyIdentifier: undefined,
    subjectKeyIdentifier: undefined,
    subjectDirectoryAttributes: undefined,
    privateKeyUsagePeriod: undefined,
    ocspNoCheck: false,
  };
}

type Decoder = (to: Mutable<Extensions>, value: DerValue) => void;

function into<Field extends keyof Extensions>(field: Field, decode: (value: DerValue) => Extensions[Field]): Decoder {
  return (to, value) => {
    to[field] = decode(value);
  };
}

/** By extnID: reads the data value of which extnValue consists. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  [id.KEY_USAGE, into('keyUsage', decodeKeyUsage)],
  [id.EXT_KEY_USAGE, into('extKeyUsage', decodeExtendedKeyUsage)],
  [id.SUBJECT_ALT_NAME, into('subjectAltName', decodeAlternativeNames)],
  [id.ISSUER_ALT_NAME, into('issuerAltName', decodeAlternativeNames)],
  [id.AUTHORITY_KEY_IDENTIFIER, into('authorityKeyIdentifier', decodeAuthorityKeyIdentifier)],
  [id.SUBJECT_KEY_IDENTIFIER, into('subjectKeyIdentifier', readOctetString)],
  [id.SUBJECT_DIRECTORY_ATTRIBUTES, into('subjectDirectoryAttributes', decodeSubjectDirectoryAttributes)],
  [id.PRIVATE_KEY_USAGE_PERIOD, into('privateKeyUsagePeriod', decodePrivateKeyUsagePeriod)],
  [id.CERTIFICATE_POLICIES, into('certificatePolicies', decodeCertificatePolicies)],
  [id.POLICY_MAPPINGS, into('policyMappings', decodePolicyMappings)],
  [id.BASIC_CONSTRAINTS, into('basicConstraints', decodeBasicConstraints)],
  [id.NAME_CONSTRAINTS, into('nameConstraints', decodeNameConstraints)],
  [id.POLICY_CONSTRAINTS, into('policyConstraints', decodePolicyConstraints)],
  [id.INHIBIT_ANY_POLICY, into('inhibitAnyPolicy', readSmallInteger)],
  [id.CRL_DISTRIBUTION_POINTS, into('cRLDistributionPoints', decodeDistributionPoints)],
  [id.FRESHEST_CRL, into('freshestCRL', decodeDistributionPoints)],
  [id.AUTHORITY_INFO_ACCESS, into('authorityInfoAccess', decodeAccessDescriptions)],
  [id.SUBJECT_INFO_ACCESS, into('subjectInfoAccess', decodeAccessDescriptions)],
  [id.OCSP_NO_CHECK, into('ocspNoCheck', decodeOcspNoCheck)],
]);

function decodeOcspNoCheck(value: DerValue): true {
  readNull(value);
  return true;
}

/**
 * Extensions of a certificate (RFC 5280 §4.2). A malformed known extension fails, critical or not. An empty list is let pass:
 * an issuer's library in wide use writes it for none, and it says nothing. Throws DecodeError.
 */
export function decodeExtensions(value: DerValue): Extensions {
  if (value.tag !== tags.SEQUENCE) throw value.error('unexpected-tag', 'Extensions were expected');
  const extensions = absent();
  extensions.all = readExtensions(value.reader());
  const list = value.reader();
  for (const { extnID } of extensions.all) {
    const decode = DECODERS.get(extnID);
    if (decode === undefined) list.read();
    else decodeKnown(extensions, list, decode);
  }
  return extensions;
}

/** Decodes the next Extension of a list that has been read before. */
function decodeKnown(to: Mutable<Extensions>, list: DerReader, decode: Decoder): void {
  const afterExtension = list.enter(tags.SEQUENCE);
  while (list.nextTag !== tags.OCTET_STRING) list.read();
  const afterValue = list.enter(tags.OCTET_STRING);
  list.read();
  list.finish();
  decode(to, list);
  list.leave(afterValue);
  list.leave(afterExtension);
}
