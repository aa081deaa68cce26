import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives, HashAlgorithm } from '../crypto.ts';
import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readOctetString } from '../der/values.ts';
import {
  encodeIntegerOctets,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '../der/writer.ts';
import type { Certificate } from '../x509/certificate.ts';
import { decodeHashAlgorithm } from '../x509/hash-algorithm.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import { decodeSerialNumber, type SerialNumber } from '../x509/serial-number.ts';
import { digestKey, digestName } from './issuer-digests.ts';

/** CertID (RFC 6960 §4.1.1): which certificate of which issuer is meant. */
export interface CertId {
  readonly hashAlgorithm: HashAlgorithm;
  /** Over the DER of the issuer field of the certificate in question. */
  readonly issuerNameHash: Uint8Array;
  /** Over the contents of the issuer's subjectPublicKey. */
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: SerialNumber;
}

/** The hashes that a request is made with; a response may use SHA-384 and SHA-512 as well. */
export type CertIdHash = Extract<HashAlgorithm, 'SHA-1' | 'SHA-256'>;

/** With the NULL parameters of RFC 3279 and RFC 4055, as responders and their caches expect. */
const ALGORITHM_IDENTIFIER: Readonly<Record<CertIdHash, Uint8Array>> = {
  'SHA-1': encodeSequence(encodeObjectIdentifier('1.3.14.3.2.26'), encodeNull()),
  'SHA-256': encodeSequence(encodeObjectIdentifier('2.16.840.1.101.3.4.2.1'), encodeNull()),
};

export function buildCertId(
  certificate: Pick<Certificate, 'issuer' | 'serialNumber'>,
  issuer: Pick<IssuerKey, 'subjectPublicKeyInfo'>,
  hashAlgorithm: HashAlgorithm,
  crypto: CryptoPrimitives,
): CertId {
  return {
    hashAlgorithm,
    issuerNameHash: digestName(certificate.issuer.der, issuer.subjectPublicKeyInfo, hashAlgorithm, crypto),
    issuerKeyHash: digestKey(issuer.subjectPublicKeyInfo, hashAlgorithm, crypto),
    serialNumber: certificate.serialNumber,
  };
}

export function equalCertIds(a: CertId, b: CertId): boolean {
  return (
    a.hashAlgorithm === b.hashAlgorithm &&
    equalBytes(a.serialNumber.octets, b.serialNumber.octets) &&
    equalBytes(a.issuerNameHash, b.issuerNameHash) &&
    equalBytes(a.issuerKeyHash, b.issuerKeyHash)
  );
}

export function decodeCertId(element: DerElement): CertId {
  const inside = element.reader();
  const certId: CertId = {
    hashAlgorithm: decodeHashAlgorithm(inside.next(tags.SEQUENCE)),
    issuerNameHash: readOctetString(inside.next()),
    issuerKeyHash: readOctetString(inside.next()),
    serialNumber: decodeSerialNumber(inside.next()),
  };
  inside.finish();
  return certId;
}

export function encodeCertId(certId: CertId & { readonly hashAlgorithm: CertIdHash }): Uint8Array {
  return encodeSequence(
    ALGORITHM_IDENTIFIER[certId.hashAlgorithm],
    encodeOctetString(certId.issuerNameHash),
    encodeOctetString(certId.issuerKeyHash),
    encodeIntegerOctets(certId.serialNumber.octets),
  );
}
