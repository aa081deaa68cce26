import { equalBytes } from '../bytes.ts';
import { MAX_CRL_SIZE } from '../der/limits.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readTime } from '../der/time.ts';
import { readIntegerOctets, readOctetAlignedBitString, readSmallInteger } from '../der/values.ts';
import type { Instant } from '../instant.ts';
import { decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { decodeAuthorityKeyIdentifier } from '../x509/extensions/authority-key-identifier.ts';
import { decodeExtensionList } from '../x509/extensions/extension-list.ts';
import { AUTHORITY_KEY_IDENTIFIER } from '../x509/extensions/identifiers.ts';
import type { RawExtension } from '../x509/extensions.ts';
import { decodeName } from '../x509/name.ts';
import type { Crl } from './crl.ts';
import { CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT } from './crl-extensions.ts';
import { decodeIssuingDistributionPoint } from './issuing-distribution-point.ts';

const MAX_NUMBER_SIZE = 32;
const MAX_EXTENSION_SIZE = 16 * 1024;

/** CertificateList (RFC 5280 §5.1), strict DER, the entries unread. Throws DecodeError alone. */
export function decodeCrl(bytes: Uint8Array): Crl {
  const list = readDer(bytes, MAX_CRL_SIZE, tags.SEQUENCE).reader();
  const tbsCertList = list.next(tags.SEQUENCE);
  const signatureAlgorithm = decodeAlgorithmIdentifier(list.next());
  const signature = readOctetAlignedBitString(list.next());
  list.finish();

  const tbs = tbsCertList.reader();
  const version = decodeVersion(tbs);
  const inner = tbs.next(tags.SEQUENCE);
  // §5.1.2.2
  if (!equalBytes(inner.der, signatureAlgorithm.der))
    throw inner.error('invalid-value', 'signature and signatureAlgorithm are not the same');
  const issuer = decodeName(tbs.next());
  const thisUpdate = readTime(tbs.next());
  const nextUpdate = decodeNextUpdate(tbs);
  // §5.1.2.6 has a CA leave the list out when it is empty; the type allows an empty one (§5.1), and it says the same.
  const revoked = tbs.nextIf(tags.SEQUENCE);
  const tagged = tbs.nextIf(tags.contextConstructed(0));
  if (tagged !== undefined && version === 1) throw tagged.error('unsupported-version', 'extensions in a v1 CRL');
  const extensions = tagged === undefined ? [] : decodeExtensionList(tagged.only(tags.SEQUENCE));
  tbs.finish();
  return {
    der: bytes,
    tbsCertList: tbsCertList.der,
    version,
    signatureAlgorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    revokedCertificates: revoked === undefined ? undefined : { start: revoked.contentStart, end: revoked.end },
    extensions,
    ...decodeKnownExtensions(extensions),
  };
}

/** §5.1.2.1: v2 is written, v1 left out. */
function decodeVersion(tbs: DerReader): 1 | 2 {
  const element = tbs.nextIf(tags.INTEGER);
  if (element === undefined) return 1;
  if (readSmallInteger(element) !== 1) throw element.error('unsupported-version', 'neither v1 nor v2');
  return 2;
}

function decodeNextUpdate(tbs: DerReader): Instant | null {
  const { nextTag } = tbs;
  return nextTag === tags.UTC_TIME || nextTag === tags.GENERALIZED_TIME ? readTime(tbs.next()) : null;
}

function decodeKnownExtensions(
  extensions: readonly RawExtension[],
): Pick<Crl, 'authorityKeyIdentifier' | 'crlNumber' | 'issuingDistributionPoint' | 'delta'> {
  const value = (extnID: string): Uint8Array | undefined =>
    extensions.find((extension) => extension.extnID === extnID)?.extnValue;
  const aki = value(AUTHORITY_KEY_IDENTIFIER);
  const number = value(CRL_NUMBER);
  const base = value(DELTA_CRL_INDICATOR);
  const idp = value(ISSUING_DISTRIBUTION_POINT);
  if (base !== undefined) decodeCrlNumber(base);
  return {
    authorityKeyIdentifier:
      aki === undefined ? undefined : decodeAuthorityKeyIdentifier(readDer(aki, MAX_EXTENSION_SIZE)).keyIdentifier,
    crlNumber: number === undefined ? null : decodeCrlNumber(number),
    issuingDistributionPoint: idp === undefined ? undefined : decodeIssuingDistributionPoint(idp),
    delta: base !== undefined,
  };
}

/** CRLNumber and BaseCRLNumber (§5.2.3): INTEGER (0..MAX), up to 20 octets; in decimal. */
function decodeCrlNumber(extnValue: Uint8Array): string {
  const element = readDer(extnValue, MAX_NUMBER_SIZE, tags.INTEGER);
  const octets = readIntegerOctets(element);
  if ((octets[0] as number) >= 0x80) throw element.error('invalid-value', 'a CRL number is not negative');
  let number = 0n;
  for (const octet of octets) number = number * 256n + BigInt(octet);
  return number.toString();
}
