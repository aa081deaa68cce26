import type { Certificate } from '../certificate.ts';
import type { IssuerKey } from './path.ts';

/** The key of a CA certificate under the CA's name. */
export function issuerKeyOf(certificate: Certificate): IssuerKey {
  return {
    name: certificate.subject,
    subjectPublicKeyInfo: certificate.subjectPublicKeyInfo,
    subjectKeyIdentifier: certificate.extensions.subjectKeyIdentifier,
    certificate,
  };
}
