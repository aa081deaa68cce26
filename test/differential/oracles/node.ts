import { X509Certificate } from 'node:crypto';
import { type Oracle, oneByOne, timeOf } from '../facts.ts';

/** OpenSSL, as Node links it. Extensions it shows as text alone, which is not compared. */
export const nodeOracle: Oracle = {
  name: 'node:crypto',
  reads: {
    certificate: oneByOne((octets) => {
      const certificate = new X509Certificate(octets);
      return {
        serialNumber: BigInt(`0x${certificate.serialNumber.replace('-', '')}`)
          .toString(16)
          .replace(/^/, certificate.serialNumber.startsWith('-') ? '-' : ''),
        notBefore: timeOf(certificate.validFromDate),
        notAfter: timeOf(certificate.validToDate),
        spki: certificate.publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
      };
    }),
  },
};
