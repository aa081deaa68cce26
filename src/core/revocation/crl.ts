import type { Instant } from '../instant.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { RawExtension } from '../x509/extensions.ts';
import type { Name } from '../x509/name.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import type { SerialNumber } from '../x509/serial-number.ts';
import type { IssuingDistributionPoint } from './issuing-distribution-point.ts';
import type { CrlReason } from './status.ts';

/**
 * A decoded CertificateList (RFC 5280 §5.1): its head and its end. The entries stay octets until authenticateCrl walks
 * them. Decoded says nothing about trusted.
 */
export interface Crl {
  readonly der: Uint8Array;
  readonly tbsCertList: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  /** Where the entries begin and end in `der`; undefined when there are none. */
  readonly revokedCertificates: { readonly start: number; readonly end: number } | undefined;
  readonly extensions: readonly RawExtension[];
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  /** cRLNumber in decimal. */
  readonly crlNumber: string | null;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** deltaCRLIndicator is there. */
  readonly delta: boolean;
}

/** One entry, read when it is looked up. */
export interface CrlEntry {
  readonly revokedAt: Instant;
  readonly reason: CrlReason | null;
}

declare const authentic: unique symbol;
/**
 * A CRL that its issuer's key signed and whose every extension, of the list and of each entry, is one that we process.
 * Holds at any time; freshness and scope are asked when it is used. Made by authenticateCrl alone.
 */
export interface AuthenticCrl {
  readonly [authentic]: true;
  readonly crl: Crl;
  /** The key that signed it. */
  readonly issuer: IssuerKey;
  readonly entryCount: number;
  /** It is an indirect CRL, or some entry names a certificate issuer of its own. */
  readonly indirect: boolean;
  /** The entry with that serial of the CRL's own issuer. */
  findEntry(serialNumber: SerialNumber): CrlEntry | undefined;
}
