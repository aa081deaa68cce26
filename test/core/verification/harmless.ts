import { X509Certificate } from 'node:crypto';
import { equalBytes, toHex } from '../../../src/core/bytes.ts';
import { encodeSignedAttributes } from '../../../src/core/cms/attribute.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { decodeOcspResponse } from '../../../src/core/revocation/ocsp-response.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { OctetPart, Whole } from './whole.ts';

/** A change that a verification may pass with, and why. Anything else that passes is a forgery. */
export interface Harmless {
  readonly part: OctetPart;
  readonly reason: string;
  /** Is the change of that sort? Asked only of mutants that passed. */
  readonly holds: (honest: Whole, mutant: Whole) => boolean;
}

/** Did that anchor's key sign the certificate? Asked of node:crypto, not of the core. */
const issued =
  ({ der }: Certificate) =>
  (anchor: Uint8Array): boolean =>
    new X509Certificate(der).verify(new X509Certificate(anchor).publicKey);

const hex = (octets: Uint8Array | undefined): string => (octets === undefined ? 'absent' : toHex(octets));

/** What the signature of a container vouches for, and the signature, apart from how they are transmitted. */
function vouched({ container }: Whole): string {
  const signedData = decodeCms(container);
  const [info] = signedData.signerInfos;
  if (info === undefined) return 'nothing';
  return [
    hex(findSignerCertificate(signedData, info)?.der),
    signedData.eContentType,
    hex(signedData.eContent),
    hex(encodeSignedAttributes(info.signedAttrs ?? [])),
    info.digestAlgorithm.algorithm,
    hex(info.signature),
  ].join(':');
}

function signedResponse({ evidence }: Whole): string {
  const response = decodeOcspResponse(evidence);
  if (response.responseStatus !== 'successful') return response.responseStatus;
  const { tbsResponseData, signature, signatureAlgorithm } = response.basic;
  return [hex(tbsResponseData), hex(signature), signatureAlgorithm.algorithm].join(':');
}

export const HARMLESS: readonly Harmless[] = [
  {
    part: 'certificate',
    reason:
      'A raw signature does not say which certificate it goes with (RFC 5035 §1): another one that the same CA key issued ' +
      'to the same key under the same serial number is as good as the one that it stands for',
    holds: (honest, mutant) => {
      const [own, other] = [decodeCertificate(honest.certificate), decodeCertificate(mutant.certificate)];
      const sameKey = equalBytes(own.subjectPublicKeyInfo.der, other.subjectPublicKeyInfo.der);
      return sameKey && own.serialNumber.hex === other.serialNumber.hex && honest.anchors.some(issued(other));
    },
  },
  {
    part: 'container',
    reason:
      'RFC 5652 §5.4: the signature covers content and signedAttrs, through which everything that is concluded goes. Not ' +
      'covered, and without effect: digestAlgorithms, further certificates, crls, unsignedAttrs, NULL or absent ' +
      'parameters (RFC 5754 §2), letters and spaces of the issuer in the sid (RFC 5280 §7.1), and the order in which ' +
      'attributes were sent, which is restored before it is verified',
    holds: (honest, mutant) => vouched(honest) === vouched(mutant),
  },
  {
    part: 'evidence',
    reason:
      'RFC 6960 §4.2.1: the signature covers tbsResponseData. Not covered: certs beside the one that verifies it, and NULL ' +
      'or absent parameters of the signature algorithm',
    holds: (honest, mutant) =>
      honest.method === 'ocsp' && mutant.method === 'ocsp' && signedResponse(honest) === signedResponse(mutant),
  },
];
