import { DAY_MS, wholeSecond } from '../japan/calendar.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { OID } from '../oids.ts';
import { integerOctets } from '../pki/asn1.ts';
import { issueCertificate } from '../pki/certificate.ts';
import type { SignerCertificate } from '../pki/cms.ts';
import {
  basicConstraints,
  criticalExtKeyUsage,
  keyIdentifierOnly,
  keyUsage,
  subjectKeyIdentifier,
} from '../pki/extensions.ts';
import type { Rdn } from '../pki/names.ts';

/** The pretend time stamping authority has a CA of its own: it belongs to no bank and not to J-LIS. */
const named = (commonName: string): readonly Rdn[] => [
  [OID.country, 'JP'],
  [OID.organization, 'JPKI-TEST'],
  [OID.organizationalUnit, 'Time Stamping'],
  [OID.commonName, commonName],
];

const TSA_ROOT_NAME = named('Sandbox TSA Root');
export const TSA_NAME = named('Sandbox TSA');

const YEARS = { notBefore: Date.UTC(2024, 7, 28, 22, 23, 39), notAfter: Date.UTC(2044, 7, 28, 14, 59, 59) };
const TSA_NOT_AFTER = Date.UTC(2034, 7, 28, 14, 59, 59);
const ROOT_SERIAL = integerOctets(0x75a001);
const TSA_SERIAL = integerOctets(0x75a002);

/** Self-signed, DER; the same octets each time. */
export function issueTsaRoot(keys: KeyRing): Uint8Array {
  const key = keys.get('tsa-ca');
  const extensions = [
    keyUsage('keyCertSign', 'cRLSign'),
    basicConstraints(true),
    subjectKeyIdentifier(key.keyIdentifier),
  ];
  const names = { issuer: TSA_ROOT_NAME, subject: TSA_ROOT_NAME };
  return issueCertificate({ ...names, ...YEARS, serial: ROOT_SERIAL, spki: key.spki, extensions }, key);
}

/** `with-other-usage`: for TLS clients; `expired`: a day before `now`. */
export type TsaCertificateFault = 'with-other-usage' | 'expired';

/** The TSA's own certificate: id-kp-timeStamping alone, critical (RFC 3161 §2.3). */
export function issueTsaCertificate(keys: KeyRing, now: number, fault?: TsaCertificateFault): SignerCertificate {
  const [ca, key] = [keys.get('tsa-ca'), keys.get('tsa')];
  const der = issueCertificate(
    {
      serial: TSA_SERIAL,
      issuer: TSA_ROOT_NAME,
      subject: TSA_NAME,
      notBefore: YEARS.notBefore,
      notAfter: fault === 'expired' ? wholeSecond(now) - DAY_MS : TSA_NOT_AFTER,
      spki: key.spki,
      extensions: [
        keyUsage('digitalSignature'),
        criticalExtKeyUsage(fault === 'with-other-usage' ? OID.clientAuth : OID.timeStamping),
        keyIdentifierOnly(ca.keyIdentifier),
        subjectKeyIdentifier(key.keyIdentifier),
      ],
    },
    ca,
  );
  return { der, issuer: TSA_ROOT_NAME, serial: TSA_SERIAL, keyIdentifier: key.keyIdentifier };
}
