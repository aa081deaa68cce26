import * as pkijs from 'pkijs';
import { der, element, integer, own } from './asn1.ts';
import type { Extension } from './extensions.ts';
import { buildName, type Rdn } from './names.ts';
import { algorithmIdentifier, defaultSignature, type SignatureName, signed } from './signature.ts';
import type { SigningKey } from './signing-key.ts';

export interface CertificateToBe {
  /** Content octets of the INTEGER, as they are. */
  readonly serial: Uint8Array;
  readonly issuer: readonly Rdn[];
  readonly subject: readonly Rdn[];
  /** Milliseconds; written as UTCTime. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** In the order given. */
  readonly extensions: readonly Extension[];
}

/** TBSCertificate, DER, by pkijs. */
export function tbsCertificate(to: CertificateToBe, signature: SignatureName): Uint8Array {
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = integer(to.serial);
  certificate.signature = new pkijs.AlgorithmIdentifier({ schema: element(algorithmIdentifier(signature)) });
  certificate.issuer = buildName(to.issuer);
  certificate.subject = buildName(to.subject);
  certificate.notBefore = new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: new Date(to.notBefore) });
  certificate.notAfter = new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: new Date(to.notAfter) });
  certificate.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(own(to.spki));
  certificate.extensions = [...to.extensions];
  return der(certificate.encodeTBS());
}

/** DER of the certificate, signed by `by`. */
export function issueCertificate(to: CertificateToBe, by: SigningKey, signature = defaultSignature(by)): Uint8Array {
  return signed(tbsCertificate(to, signature), by, signature);
}
