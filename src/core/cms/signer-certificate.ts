import { equalBytes } from '../bytes.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { SignedData } from './signed-data.ts';
import type { SignerIdentifier, SignerInfo } from './signer-info.ts';

/**
 * The certificate that the sid names (RFC 5652 §5.3), among those transmitted; undefined leads to
 * NO_SIGNING_CERTIFICATE_FOUND. That it is the right one is proven by the signature, never by this.
 */
export function findSignerCertificate(
  signedData: Pick<SignedData, 'certificates'>,
  signerInfo: Pick<SignerInfo, 'sid'>,
): Certificate | undefined {
  return signedData.certificates.find((certificate) => identifies(signerInfo.sid, certificate));
}

/** Does the sid name this certificate? */
export function identifies(sid: SignerIdentifier, certificate: Certificate): boolean {
  if (sid.type === 'subjectKeyIdentifier') {
    const { subjectKeyIdentifier } = certificate.extensions;
    return subjectKeyIdentifier !== undefined && equalBytes(subjectKeyIdentifier, sid.keyIdentifier);
  }
  return sid.serialNumber.hex === certificate.serialNumber.hex && compareNames(sid.issuer, certificate.issuer);
}
