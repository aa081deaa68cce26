import * as pkijs from 'pkijs';
import { OID } from '../oids.ts';
import { der, oid, own, printable, sequence, set, utf8 } from './asn1.ts';

export type Kind = 'digital-signature' | 'user-authentication';

/** One AttributeTypeAndValue for each RDN, root first. */
export type Rdn = readonly [type: string, value: string];

/** DER. C is PrintableString, every other value UTF8String (certificates.md §1). */
export const nameDer = (rdns: readonly Rdn[]): Uint8Array =>
  der(
    sequence(
      ...rdns.map(([type, value]) => set(sequence(oid(type), type === OID.country ? printable(value) : utf8(value)))),
    ),
  );

/** pkijs would put all attributes into one RDN; given DER, it keeps it. */
export const buildName = (rdns: readonly Rdn[]): pkijs.RelativeDistinguishedNames =>
  pkijs.RelativeDistinguishedNames.fromBER(own(nameDer(rdns)));

const ENGLISH_UNIT = {
  'digital-signature': 'JPKI for digital signature',
  'user-authentication': 'JPKI for user authentication',
} as const;

const JAPANESE_UNIT = {
  'digital-signature': '公的個人認証サービス署名用',
  'user-authentication': '公的個人認証サービス利用者証明用',
} as const;

/** The one name of every generation of a CA (certificates.md §1.1). */
export const caName = (kind: Kind): readonly Rdn[] => [
  [OID.country, 'JP'],
  [OID.organization, 'JPKI-TEST'],
  [OID.organizationalUnit, ENGLISH_UNIT[kind]],
  [OID.organizationalUnit, 'Japan Agency for Local Authority Information Systems'],
];

/** The CA's name in Japanese: issuerAltName of leaves, subjectAltName of roots. */
export const japaneseCaName = (kind: Kind): readonly Rdn[] => [
  [OID.country, 'JP'],
  [OID.organization, '公的個人認証サービス'],
  [OID.organizationalUnit, JAPANESE_UNIT[kind]],
  [OID.organizationalUnit, '地方公共団体情報システム機構'],
];

/** The CRL distribution point of a municipality: a name, no address (revocation.md §4.1). */
export const distributionPointName = (kind: Kind, prefecture: string, city: string): readonly Rdn[] => [
  [OID.country, 'JP'],
  [OID.organization, 'JPKI-TEST'],
  [OID.organizationalUnit, ENGLISH_UNIT[kind]],
  [OID.organizationalUnit, 'CRL Distribution Points'],
  [OID.organizationalUnit, prefecture],
  [OID.commonName, `${city} CRLDP`],
];
