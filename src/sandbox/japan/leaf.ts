import { createHash } from 'node:crypto';
import { OID } from '../oids.ts';
import type { CertificateToBe } from '../pki/certificate.ts';
import {
  alternativeName,
  authorityInfoAccess,
  authorityKeyIdentifier,
  certificatePolicies,
  distributionPointByName,
  type Extension,
  extKeyUsage,
  keyUsage,
  otherNames,
  subjectKeyIdentifier,
} from '../pki/extensions.ts';
import { caName, distributionPointName, japaneseCaName, type Kind, type Rdn } from '../pki/names.ts';
import type { SigningKey } from '../pki/signing-key.ts';
import { SANDBOX_POLICIES } from '../policies.ts';
import type { Authority } from './authorities.ts';
import { jstStamp } from './calendar.ts';
import type { Municipality } from './municipalities.ts';

export type Medium = 'card' | 'smartphone';

/** The four attributes as the certificate writes them; flags: one 0 or 1 per character. */
export interface Attributes {
  readonly name: string;
  readonly nameSubstituted: string;
  readonly dateOfBirth: string;
  readonly gender: string;
  readonly address: string;
  readonly addressSubstituted: string;
}

export interface Leaf {
  readonly medium: Medium;
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly municipality: Municipality;
  readonly attributes: Attributes;
  readonly key: SigningKey;
}

/** Nothing answers there: what stands in a certificate is never contacted, and if it were, nobody real would be. */
const OCSP_IN_CERTIFICATE = 'http://ocspauthnorm.jpki-test.invalid';

const policyOf = (kind: Kind, medium: Medium): string => {
  if (kind === 'digital-signature') {
    return medium === 'card' ? SANDBOX_POLICIES.cardDigitalSignature : SANDBOX_POLICIES.smartphoneDigitalSignature;
  }
  return medium === 'card' ? SANDBOX_POLICIES.cardUserAuthentication : SANDBOX_POLICIES.smartphoneUserAuthentication;
};

/** In the encoded order .1 .4 .3 .5 .2 .6 (certificates.md §4.1). */
export const attributeOtherNames = (attributes: Attributes): readonly (readonly [string, string])[] => [
  [OID.jpkiName, attributes.name],
  [OID.jpkiDateOfBirth, attributes.dateOfBirth],
  [OID.jpkiGender, attributes.gender],
  [OID.jpkiAddress, attributes.address],
  [OID.jpkiNameSubstituted, attributes.nameSubstituted],
  [OID.jpkiAddressSubstituted, attributes.addressSubstituted],
];

/** Issue time and 14 digits: not the holder's name (certificates.md §1.2). */
function signingSubject(leaf: Leaf): readonly Rdn[] {
  const digest = createHash('sha256').update(leaf.serial).digest();
  const digits = (digest.readBigUInt64BE(0) % 10n ** 14n).toString().padStart(14, '0');
  return [
    [OID.country, 'JP'],
    [OID.locality, leaf.municipality.prefecture],
    [OID.locality, leaf.municipality.city],
    [OID.commonName, `${jstStamp(leaf.notBefore)}${digits}`],
  ];
}

/** Fourteen characters, the municipality's code, 003A: 23 as on the published test card (certificates.md §1.2). */
function authenticationSubject(leaf: Leaf): readonly Rdn[] {
  const digest = createHash('sha256').update('authentication').update(leaf.serial).digest('hex');
  return [
    [OID.country, 'JP'],
    [OID.commonName, `${digest.slice(0, 14).toUpperCase()}${leaf.municipality.code}003A`],
  ];
}

function kindExtensions(kind: Kind, leaf: Leaf): { first: readonly Extension[]; access: readonly Extension[] } {
  if (kind === 'digital-signature') {
    const names = otherNames(attributeOtherNames(leaf.attributes));
    return { first: [keyUsage('digitalSignature', 'nonRepudiation'), names], access: [] };
  }
  return {
    first: [keyUsage('digitalSignature'), extKeyUsage(OID.clientAuth)],
    access: [authorityInfoAccess([OID.ocspAccess, OCSP_IN_CERTIFICATE])],
  };
}

/** A leaf in the profile of certificates.md §2 or §3, extensions in J-LIS's order; not yet signed. */
export function leafOf(ca: Authority, leaf: Leaf): CertificateToBe {
  const { kind } = ca;
  const { prefecture, city } = leaf.municipality;
  const { first, access } = kindExtensions(kind, leaf);
  return {
    serial: leaf.serial,
    issuer: caName(kind),
    subject: kind === 'digital-signature' ? signingSubject(leaf) : authenticationSubject(leaf),
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    spki: leaf.key.spki,
    extensions: [
      ...first,
      certificatePolicies(policyOf(kind, leaf.medium)),
      alternativeName('issuer', japaneseCaName(kind)),
      distributionPointByName(distributionPointName(kind, prefecture, city)),
      ...access,
      authorityKeyIdentifier(ca.key.keyIdentifier, caName(kind), ca.serial),
      subjectKeyIdentifier(leaf.key.keyIdentifier),
    ],
  };
}
