import type { Instant } from '../instant.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import type { Extensions } from './extensions.ts';
import type { Name } from './name.ts';
import type { SerialNumber } from './serial-number.ts';
import type { SubjectPublicKeyInfo } from './subject-public-key-info.ts';

/** A decoded certificate (RFC 5280 §4.1). All octets are views into `der`. Decoded says nothing about trusted. */
export interface Certificate {
  readonly der: Uint8Array;
  /** The signed octets. */
  readonly tbsCertificate: Uint8Array;
  readonly version: 1 | 2 | 3;
  readonly serialNumber: SerialNumber;
  /** The outer one; equal to tbsCertificate.signature, else decoding fails (§4.1.1.2). */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly subjectPublicKeyInfo: SubjectPublicKeyInfo;
  readonly extensions: Extensions;
}
