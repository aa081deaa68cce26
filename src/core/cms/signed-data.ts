import { DecodeError } from '../der/decode-error.ts';
import { MAX_CERTIFICATE_SET_SIZE, MAX_CMS_SIZE } from '../der/limits.ts';
import { type DerElement, type DerReader, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readEach, readObjectIdentifier, readOctetString, readSmallInteger } from '../der/values.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import { decodeSignerInfo, type SignerInfo } from './signer-info.ts';

const ID_SIGNED_DATA = '1.2.840.113549.1.7.2';
const MAX_DIGEST_ALGORITHMS = 64;
const MAX_CERTIFICATES = 64;
const MAX_CRLS = 64;
const MAX_SIGNER_INFOS = 16;

/** SignedData (RFC 5652 §5.1). Octets are views into what was decoded. */
export interface SignedData {
  readonly version: 1 | 3;
  readonly digestAlgorithms: readonly AlgorithmIdentifier[];
  readonly eContentType: string;
  /** The octets that are signed; undefined when the signature is detached. */
  readonly eContent: Uint8Array | undefined;
  /** In transmitted order. Nothing is trusted by being here. */
  readonly certificates: readonly Certificate[];
  /** Elements of `certificates` that are no certificates that we can read; they serve neither as signer nor in a path. */
  readonly unreadableCertificates: number;
  /** DER of every CertificateList, unread: revocation is asked of the sources that are configured. */
  readonly crls: readonly Uint8Array[];
  readonly signerInfos: readonly SignerInfo[];
}

/**
 * Decodes a ContentInfo with SignedData inside, DER throughout (BER as RFC 5652 would allow it is a DecodeError). The
 * order of elements in SET OF is not asked for: signers differ, and signedAttrs are put in order before they are verified.
 */
export function decodeCms(der: Uint8Array): SignedData {
  const contentInfo = readDer(der, MAX_CMS_SIZE, tags.SEQUENCE).reader();
  const contentType = contentInfo.next(tags.OBJECT_IDENTIFIER);
  if (readObjectIdentifier(contentType) !== ID_SIGNED_DATA) {
    throw contentType.error('invalid-value', 'the content is not SignedData');
  }
  const signedData = contentInfo.next(tags.contextConstructed(0)).only(tags.SEQUENCE);
  contentInfo.finish();
  return decodeSignedData(signedData.reader());
}

function decodeSignedData(inside: DerReader): SignedData {
  const version = decodeVersion(inside.next(tags.INTEGER));
  const digestAlgorithms = readEach(inside.next(tags.SET), MAX_DIGEST_ALGORITHMS).map((each) =>
    decodeAlgorithmIdentifier(each),
  );
  const encapsulated = decodeEncapsulatedContentInfo(inside.next(tags.SEQUENCE));
  const certificates = decodeCertificateSet(inside.nextIf(tags.contextConstructed(0)));
  const crls = decodeRevocationInfo(inside.nextIf(tags.contextConstructed(1)));
  const signerInfos = readEach(inside.next(tags.SET), MAX_SIGNER_INFOS).map((each) => decodeSignerInfo(each));
  inside.finish();
  return { version, digestAlgorithms, ...encapsulated, ...certificates, crls, signerInfos };
}

/** RFC 5652 §5.1: 4 and 5 come with attribute certificates and other formats, which are not read here. */
function decodeVersion(element: DerElement): 1 | 3 {
  const version = readSmallInteger(element);
  if (version !== 1 && version !== 3) throw element.error('unsupported-version', 'SignedData of another version');
  return version;
}

function decodeEncapsulatedContentInfo(element: DerElement): Pick<SignedData, 'eContentType' | 'eContent'> {
  const inside = element.reader();
  const eContentType = readObjectIdentifier(inside.next(tags.OBJECT_IDENTIFIER));
  const eContent = inside.nextIf(tags.contextConstructed(0));
  inside.finish();
  return { eContentType, eContent: eContent && readOctetString(eContent.only(tags.OCTET_STRING)) };
}

/**
 * CertificateSet (RFC 5652 §10.2.2, §10.2.3). What is not a certificate, or one that we cannot read, is counted and left
 * out: it proves nothing either way, and an unreadable stranger must not hide the signer beside it.
 */
function decodeCertificateSet(
  set: DerElement | undefined,
): Pick<SignedData, 'certificates' | 'unreadableCertificates'> {
  if (set !== undefined && set.length > MAX_CERTIFICATE_SET_SIZE)
    throw set.error('size-limit', `certificates of more than ${MAX_CERTIFICATE_SET_SIZE} octets`);
  const elements = set === undefined ? [] : readEach(set, MAX_CERTIFICATES);
  const certificates: Certificate[] = [];
  for (const element of elements) {
    const certificate = element.tag === tags.SEQUENCE ? certificateOrNot(element.der) : undefined;
    if (certificate !== undefined) certificates.push(certificate);
  }
  return { certificates, unreadableCertificates: elements.length - certificates.length };
}

function certificateOrNot(der: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(der);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** RevocationInfoChoices (RFC 5652 §10.2.1): other formats ([1]) are left out. */
function decodeRevocationInfo(set: DerElement | undefined): readonly Uint8Array[] {
  const elements = set === undefined ? [] : readEach(set, MAX_CRLS);
  return elements.filter(({ tag }) => tag === tags.SEQUENCE).map(({ der }) => der);
}
