import type { Certificate } from '../x509/certificate.ts';
import * as oid from '../x509/extensions/identifiers.ts';
import { contradictsIssuer } from '../x509/path/issuer-candidates.ts';
import type { CertificateKind } from './certificate-kind.ts';

interface Expected {
  readonly extnID: string;
  readonly name: string;
  readonly critical: boolean;
  /** May be absent without a word: the published material does not settle it. */
  readonly optional?: boolean;
}

const KEY_USAGE: Expected = { extnID: oid.KEY_USAGE, name: 'keyUsage', critical: true };
const COMMON_TAIL: readonly Expected[] = [
  { extnID: oid.CERTIFICATE_POLICIES, name: 'certificatePolicies', critical: true },
  { extnID: oid.ISSUER_ALT_NAME, name: 'issuerAltName', critical: false },
  { extnID: oid.CRL_DISTRIBUTION_POINTS, name: 'cRLDistributionPoints', critical: false },
  { extnID: oid.AUTHORITY_INFO_ACCESS, name: 'authorityInfoAccess', critical: false },
  { extnID: oid.AUTHORITY_KEY_IDENTIFIER, name: 'authorityKeyIdentifier', critical: false },
  { extnID: oid.SUBJECT_KEY_IDENTIFIER, name: 'subjectKeyIdentifier', critical: false },
];

/** Extensions in the order in which the issued certificates carry them. */
const LAYOUT: Readonly<Record<CertificateKind, readonly Expected[]>> = {
  'digital-signature': [
    KEY_USAGE,
    { extnID: oid.SUBJECT_ALT_NAME, name: 'subjectAltName', critical: false },
    ...COMMON_TAIL.map((row) => (row.name === 'authorityInfoAccess' ? { ...row, optional: true } : row)),
  ],
  'user-authentication': [
    KEY_USAGE,
    { extnID: oid.EXT_KEY_USAGE, name: 'extKeyUsage', critical: false },
    ...COMMON_TAIL,
  ],
};

/**
 * Where a certificate is laid out otherwise than the profile says: `absent:…`, `criticality:…`, `additional:…` (by OID),
 * `order`, `policies`, `version`, `authority` (the authorityKeyIdentifier means another certificate than the one whose key
 * verified this one). Said in the report and failing nothing: keyUsage, policy and subjectAltName decide.
 */
export function listDepartures(
  certificate: Certificate,
  kind: CertificateKind,
  issuer: Certificate,
): readonly string[] {
  const layout = LAYOUT[kind];
  const { all, certificatePolicies } = certificate.extensions;
  const departures: string[] = [];
  if (certificate.version !== 3) departures.push('version');
  for (const { extnID, name, critical, optional } of layout) {
    const found = all.find((extension) => extension.extnID === extnID);
    if (found === undefined && optional !== true) departures.push(`absent:${name}`);
    if (found !== undefined && found.critical !== critical) departures.push(`criticality:${name}`);
  }
  let inOrder = true;
  let last = 0;
  for (const { extnID } of all) {
    const place = layout.findIndex((row) => row.extnID === extnID);
    if (place < 0) departures.push(`additional:${extnID}`);
    else if (place < last) inOrder = false;
    else last = place;
  }
  if (!inOrder) departures.push('order');
  if ((certificatePolicies?.length ?? 0) > 1) departures.push('policies');
  if (contradictsIssuer(certificate, issuer)) departures.push('authority');
  return departures;
}
