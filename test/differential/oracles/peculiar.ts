import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { buffer, hexOf, numberOf, type Oracle, oneByOne, timeOf } from '../facts.ts';

type Extended = Pick<x509.X509Certificate, 'extensions'>;
const extensionsOf = ({ extensions }: Extended): string =>
  extensions.map(({ type, critical, value }) => `${type}${critical ? '!' : ''}=${hexOf(value)}`).join();
const octetsOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const numbers = Object.entries(x509.X509CrlReason).filter(([, value]) => typeof value === 'number');
const reasonOf = (reason: number): string => {
  const [name = ''] = numbers.find(([, value]) => value === reason) ?? [];
  return name;
};

export const peculiar: Oracle = {
  name: '@peculiar/x509',
  reads: {
    certificate: oneByOne((octets) => {
      const certificate = new x509.X509Certificate(buffer(octets));
      return {
        serialNumber: numberOf(octetsOf(certificate.serialNumber)),
        signature: hexOf(certificate.signature),
        issuerDer: hexOf(certificate.issuerName.toArrayBuffer()),
        subjectDer: hexOf(certificate.subjectName.toArrayBuffer()),
        notBefore: timeOf(certificate.notBefore),
        notAfter: timeOf(certificate.notAfter),
        spki: hexOf(certificate.publicKey.rawData),
        extensions: extensionsOf(certificate),
      };
    }),
    crl: oneByOne((octets) => {
      const crl = new x509.X509Crl(buffer(octets));
      return {
        issuerDer: hexOf(crl.issuerName.toArrayBuffer()),
        signature: hexOf(crl.signature),
        thisUpdate: timeOf(crl.thisUpdate),
        nextUpdate: crl.nextUpdate === undefined ? 'absent' : timeOf(crl.nextUpdate),
        extensions: crl.extensions
          .map(({ type, critical, value }) => `${type}${critical ? '!' : ''}=${hexOf(value)}`)
          .join(),
        entries: crl.entries
          .map((entry) => {
            const reason = entry.reason === undefined ? '' : `:${reasonOf(entry.reason)}`;
            return `${numberOf(octetsOf(entry.serialNumber))}@${timeOf(entry.revocationDate)}${reason}`;
          })
          .join(),
      };
    }),
  },
};
