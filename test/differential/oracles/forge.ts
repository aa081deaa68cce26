import forge from 'node-forge';
import { numberOf, type Oracle, oneByOne, timeOf } from '../facts.ts';

const binary = (octets: Uint8Array): forge.util.ByteStringBuffer =>
  forge.util.createBuffer(Buffer.from(octets).toString('latin1'));
const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const typesOf = ({ attributes }: { attributes: forge.pki.CertificateField[] }): string =>
  attributes.map(({ type }) => type).join();

/** RSA alone, which all generated keys are. */
export const forgeOracle: Oracle = {
  name: 'node-forge',
  reads: {
    certificate: oneByOne((octets) => {
      const certificate = forge.pki.certificateFromAsn1(forge.asn1.fromDer(binary(octets)));
      return {
        version: String(certificate.version + 1),
        serialNumber: numberOf(Uint8Array.from(Buffer.from(certificate.serialNumber, 'hex'))),
        signatureAlgorithm: certificate.siginfo.algorithmOid,
        signature: hex(certificate.signature),
        issuerTypes: typesOf(certificate.issuer),
        subjectTypes: typesOf(certificate.subject),
        notBefore: timeOf(certificate.validity.notBefore),
        notAfter: timeOf(certificate.validity.notAfter),
        extensions: certificate.extensions
          .map(
            ({ id, critical, value }: { id: string; critical: boolean; value: string }) =>
              `${id}${critical ? '!' : ''}=${hex(value)}`,
          )
          .join(),
      };
    }),
  },
};
