import type { Instant } from '../instant.ts';
import type { GeneralName, Name } from './name.ts';
import type { SerialNumber } from './serial-number.ts';

/** KeyUsage bits (RFC 5280 §4.2.1.3). */
export type KeyUsageBit =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

export interface BasicConstraints {
  readonly cA: boolean;
  readonly pathLenConstraint: number | undefined;
}
export interface PolicyInformation {
  readonly policyIdentifier: string;
  /** Qualifiers: type and DER of the qualifier. */
  readonly policyQualifiers: readonly { readonly policyQualifierId: string; readonly qualifier: Uint8Array }[];
}
export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}
export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralName[] | undefined;
  readonly excludedSubtrees: readonly GeneralName[] | undefined;
}
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}
/** ReasonFlags bits 1 to 8 (RFC 5280 §4.2.1.13). */
export type ReasonFlag =
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'
  | 'aACompromise';
export type DistributionPointName =
  | { readonly type: 'fullName'; readonly names: readonly GeneralName[] }
  | { readonly type: 'nameRelativeToCRLIssuer'; readonly rdn: Name['rdns'][number]; readonly der: Uint8Array };
export interface DistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined;
  readonly reasons: ReadonlySet<ReasonFlag> | undefined;
  readonly cRLIssuer: readonly GeneralName[] | undefined;
}
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  readonly authorityCertIssuer: readonly GeneralName[] | undefined;
  readonly authorityCertSerialNumber: SerialNumber | undefined;
}
export interface AccessDescription {
  readonly accessMethod: string;
  readonly accessLocation: GeneralName;
}

/** Attribute of subjectDirectoryAttributes (RFC 5280 §4.2.1.8); `values`: DER of each. */
export interface DirectoryAttribute {
  readonly type: string;
  readonly values: readonly Uint8Array[];
}

/** One Extension as encoded. */
export interface RawExtension {
  readonly extnID: string;
  readonly critical: boolean;
  readonly extnValue: Uint8Array;
}

/**
 * The extensions of a certificate (RFC 5280 §4.2); a duplicate extnID fails decoding. Known ones are decoded with the
 * certificate (a malformed known extension fails decoding, critical or not); all are kept in encoded order in `all`.
 */
export interface Extensions {
  readonly all: readonly RawExtension[];
  readonly keyUsage: ReadonlySet<KeyUsageBit> | undefined;
  readonly extKeyUsage: readonly string[] | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  readonly cRLDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly freshestCRL: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  readonly subjectInfoAccess: readonly AccessDescription[] | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly subjectDirectoryAttributes: readonly DirectoryAttribute[] | undefined;
  readonly privateKeyUsagePeriod: { readonly notBefore?: Instant; readonly notAfter?: Instant } | undefined;
  /** id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1) is present. */
  readonly ocspNoCheck: boolean;
}
