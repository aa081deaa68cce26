import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives, HashAlgorithm } from '../crypto.ts';
import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readEach, readOctetString } from '../der/values.ts';
import { decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import { decodeGeneralNames } from '../x509/general-name.ts';
import { selectHashAlgorithm } from '../x509/hash-algorithm.ts';
import type { GeneralName } from '../x509/name.ts';
import { decodeSerialNumber, type SerialNumber } from '../x509/serial-number.ts';

/** ESSCertID or ESSCertIDv2 (RFC 5035 §4, §6). `hash` undefined: a hash algorithm that we do not know. */
export interface CertificateReference {
  readonly hash: HashAlgorithm | undefined;
  readonly certHash: Uint8Array;
  readonly issuerSerial: { readonly issuer: readonly GeneralName[]; readonly serialNumber: SerialNumber } | undefined;
}

const MAX_REFERENCES = 64;
/** Octets of the value; a reference with a name has some 250. It is read more than once. */
const MAX_SIZE = 32 * 1024;

/**
 * `certs` of SigningCertificate or SigningCertificateV2: the signer's certificate first. `policies`, which suggests
 * initial policies to the reader (RFC 5035 §3), is passed over: ours come from configuration.
 */
export function decodeSigningCertificate(version: 1 | 2): (element: DerElement) => readonly CertificateReference[] {
  return (element) => {
    if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'not a SEQUENCE');
    if (element.length > MAX_SIZE) throw element.error('size-limit', `more than ${MAX_SIZE} octets of references`);
    const inside = element.reader();
    const certs = readEach(inside.next(tags.SEQUENCE), MAX_REFERENCES);
    inside.nextIf(tags.SEQUENCE);
    inside.finish();
    return certs.map((reference) => decodeReference(reference, version));
  };
}

function decodeReference(element: DerElement, version: 1 | 2): CertificateReference {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'not a SEQUENCE');
  const inside = element.reader();
  // hashAlgorithm DEFAULT id-sha256; a default that is written out is common and accepted.
  const algorithm = version === 2 ? inside.nextIf(tags.SEQUENCE) : undefined;
  const certHash = readOctetString(inside.next(tags.OCTET_STRING));
  const issuerSerial = inside.nextIf(tags.SEQUENCE);
  inside.finish();
  const otherwise = version === 1 ? 'SHA-1' : 'SHA-256';
  return {
    hash: algorithm === undefined ? otherwise : selectHashAlgorithm(decodeAlgorithmIdentifier(algorithm)),
    certHash,
    issuerSerial: issuerSerial && decodeIssuerSerial(issuerSerial),
  };
}

function decodeIssuerSerial(element: DerElement): CertificateReference['issuerSerial'] {
  const inside = element.reader();
  const issuer = decodeGeneralNames(inside.next(tags.SEQUENCE));
  const serialNumber = decodeSerialNumber(inside.next(tags.INTEGER));
  inside.finish();
  return { issuer, serialNumber };
}

/** Does the reference mean this certificate: the hash of its DER, and issuer and serial where they are given? */
export function refersTo(
  { hash, certHash, issuerSerial }: CertificateReference,
  certificate: Certificate,
  crypto: CryptoPrimitives,
): boolean {
  if (hash === undefined || !equalBytes(certHash, crypto.digest(hash, certificate.der))) return false;
  if (issuerSerial === undefined) return true;
  const [name, ...others] = issuerSerial.issuer;
  if (name?.type !== 'directoryName' || others.length > 0) return false;
  return compareNames(name.value, certificate.issuer) && issuerSerial.serialNumber.hex === certificate.serialNumber.hex;
}
