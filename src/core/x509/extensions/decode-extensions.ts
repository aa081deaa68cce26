import type { DerElement } from '../../der/reader.ts';
import { readNull, readOctetString, readSmallInteger } from '../../der/values.ts';
import type { Extensions } from '../extensions.ts';
import { decodeAccessDescriptions } from './access-descriptions.ts';
import { decodeAlternativeNames } from './alternative-names.ts';
import { decodeAuthorityKeyIdentifier } from './authority-key-identifier.ts';
import { decodeBasicConstraints } from './basic-constraints.ts';
import { decodeCertificatePolicies } from './certificate-policies.ts';
import { decodeDistributionPoints } from './distribution-points.ts';
import { decodeExtendedKeyUsage } from './extended-key-usage.ts';
import { listExtensions } from './extension-list.ts';
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

/** Extensions of a certificate (RFC 5280 §4.2). A malformed known extension fails, critical or not. Throws DecodeError. */
export function decodeExtensions(element: DerElement): Extensions {
  const listed = listExtensions(element);
  const extensions = absent();
  extensions.all = listed.map(({ raw }) => raw);
  for (const { raw, value } of listed) {
    if (!KNOWN.has(raw.extnID)) continue;
    const inner = value.next();
    value.finish();
    decodeKnown(extensions, raw.extnID, inner);
  }
  return extensions;
}

const KNOWN: ReadonlySet<string> = new Set(Object.values(id));

function decodeKnown(to: Mutable<Extensions>, extnID: string, value: DerElement): void {
  decodeIdentity(to, extnID, value);
  decodeConstraint(to, extnID, value);
  decodePointer(to, extnID, value);
}

/** Whose key it is and what it is for. */
function decodeIdentity(to: Mutable<Extensions>, extnID: string, value: DerElement): void {
  switch (extnID) {
    case id.KEY_USAGE:
      to.keyUsage = decodeKeyUsage(value);
      return;
    case id.EXT_KEY_USAGE:
      to.extKeyUsage = decodeExtendedKeyUsage(value);
      return;
    case id.SUBJECT_ALT_NAME:
      to.subjectAltName = decodeAlternativeNames(value);
      return;
    case id.ISSUER_ALT_NAME:
      to.issuerAltName = decodeAlternativeNames(value);
      return;
    case id.AUTHORITY_KEY_IDENTIFIER:
      to.authorityKeyIdentifier = decodeAuthorityKeyIdentifier(value);
      return;
    case id.SUBJECT_KEY_IDENTIFIER:
      to.subjectKeyIdentifier = readOctetString(value);
      return;
    case id.SUBJECT_DIRECTORY_ATTRIBUTES:
      to.subjectDirectoryAttributes = decodeSubjectDirectoryAttributes(value);
      return;
    case id.PRIVATE_KEY_USAGE_PERIOD:
      to.privateKeyUsagePeriod = decodePrivateKeyUsagePeriod(value);
      return;
  }
}

/** What path validation goes by. */
function decodeConstraint(to: Mutable<Extensions>, extnID: string, value: DerElement): void {
  switch (extnID) {
    case id.CERTIFICATE_POLICIES:
      to.certificatePolicies = decodeCertificatePolicies(value);
      return;
    case id.POLICY_MAPPINGS:
      to.policyMappings = decodePolicyMappings(value);
      return;
    case id.BASIC_CONSTRAINTS:
      to.basicConstraints = decodeBasicConstraints(value);
      return;
    case id.NAME_CONSTRAINTS:
      to.nameConstraints = decodeNameConstraints(value);
      return;
    case id.POLICY_CONSTRAINTS:
      to.policyConstraints = decodePolicyConstraints(value);
      return;
    case id.INHIBIT_ANY_POLICY:
      to.inhibitAnyPolicy = readSmallInteger(value);
      return;
  }
}

/** Where more is to be had, and revocation. */
function decodePointer(to: Mutable<Extensions>, extnID: string, value: DerElement): void {
  switch (extnID) {
    case id.CRL_DISTRIBUTION_POINTS:
      to.cRLDistributionPoints = decodeDistributionPoints(value);
      return;
    case id.FRESHEST_CRL:
      to.freshestCRL = decodeDistributionPoints(value);
      return;
    case id.AUTHORITY_INFO_ACCESS:
      to.authorityInfoAccess = decodeAccessDescriptions(value);
      return;
    case id.SUBJECT_INFO_ACCESS:
      to.subjectInfoAccess = decodeAccessDescriptions(value);
      return;
    case id.OCSP_NO_CHECK:
      readNull(value);
      to.ocspNoCheck = true;
  }
}
