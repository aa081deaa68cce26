import { MAX_OCSP_RESPONSE_SIZE } from '../der/limits.ts';
import { type DerElement, type DerReader, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readGeneralizedTime } from '../der/time.ts';
import { readEach, readObjectIdentifier, readOctetAlignedBitString, readOctetString } from '../der/values.ts';
import type { Instant } from '../instant.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { decodeExtensionList } from '../x509/extensions/extension-list.ts';
import type { RawExtension } from '../x509/extensions.ts';
import { decodeName, type Name } from '../x509/name.ts';
import { type CertId, decodeCertId } from './ocsp-cert-id.ts';
import { decodeReason } from './reason.ts';
import type { SignedStatus } from './status.ts';

const ID_PKIX_OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1';
/** We ask about one certificate; a responder may answer from a batch that it signed in advance. */
const MAX_SINGLE_RESPONSES = 64;
const MAX_CERTIFICATES = 16;

const FAILURES = new Map([
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
] as const);

/** Which key signed: SHA-1 over the contents of subjectPublicKey, or its certificate's subject (RFC 6960 §4.2.1). */
export type ResponderId =
  | { readonly by: 'name'; readonly name: Name }
  | { readonly by: 'key'; readonly keyHash: Uint8Array };

export interface SingleResponse {
  readonly certId: CertId;
  readonly says: SignedStatus;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  readonly singleExtensions: readonly RawExtension[];
}

/** BasicOCSPResponse. All octets are views. Decoded says nothing about accepted. */
export interface BasicOcspResponse {
  readonly tbsResponseData: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: Instant;
  readonly responses: readonly SingleResponse[];
  readonly responseExtensions: readonly RawExtension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** DER of each, not yet decoded. */
  readonly certificates: readonly Uint8Array[];
}

export type OcspResponse =
  | { readonly responseStatus: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly responseStatus: 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized' };

/** OCSPResponse (RFC 6960 §4.2.1), strict DER. Throws DecodeError alone. */
export function decodeOcspResponse(bytes: Uint8Array): OcspResponse {
  const response = readDer(bytes, MAX_OCSP_RESPONSE_SIZE, tags.SEQUENCE).reader();
  const status = response.next(tags.ENUMERATED);
  const number = status.length === 1 ? (status.content[0] as number) : -1;
  if (number === 0) {
    const responseBytes = response.next(tags.contextConstructed(0)).only(tags.SEQUENCE).reader();
    response.finish();
    const responseType = responseBytes.next();
    if (readObjectIdentifier(responseType) !== ID_PKIX_OCSP_BASIC)
      throw responseType.error('invalid-value', 'responseType is not id-pkix-ocsp-basic');
    const basic = readOctetString(responseBytes.next());
    responseBytes.finish();
    return { responseStatus: 'successful', basic: decodeBasicOcspResponse(basic) };
  }
  const failure = FAILURES.get(number as 1);
  if (failure === undefined) throw status.error('invalid-value', 'not an OCSPResponseStatus');
  // §4.2.1: responseBytes is not set with an error.
  response.finish();
  return { responseStatus: failure };
}

function decodeBasicOcspResponse(bytes: Uint8Array): BasicOcspResponse {
  const inside = readDer(bytes, MAX_OCSP_RESPONSE_SIZE, tags.SEQUENCE).reader();
  const tbsResponseData = inside.next(tags.SEQUENCE);
  const signatureAlgorithm = decodeAlgorithmIdentifier(inside.next());
  const signature = readOctetAlignedBitString(inside.next());
  const certs = inside.nextIf(tags.contextConstructed(0))?.only(tags.SEQUENCE);
  inside.finish();
  const certificates = certs === undefined ? [] : readEach(certs, MAX_CERTIFICATES).map((element) => element.der);
  return {
    tbsResponseData: tbsResponseData.der,
    ...decodeResponseData(tbsResponseData.reader()),
    signatureAlgorithm,
    signature,
    certificates,
  };
}

function decodeResponseData(
  inside: DerReader,
): Pick<BasicOcspResponse, 'responderId' | 'producedAt' | 'responses' | 'responseExtensions'> {
  // version is v1 and DEFAULT, so DER leaves it out (X.690 §11.5); any other one is unknown.
  if (inside.nextTag === tags.contextConstructed(0))
    throw inside.next().error('unsupported-version', 'version is not left out');
  const responderId = decodeResponderId(inside.next());
  const producedAt = readGeneralizedTime(inside.next());
  const responses = readEach(inside.next(tags.SEQUENCE), MAX_SINGLE_RESPONSES).map(decodeSingleResponse);
  const responseExtensions = decodeTaggedExtensions(inside);
  inside.finish();
  return { responderId, producedAt, responses, responseExtensions };
}

function decodeResponderId(element: DerElement): ResponderId {
  if (element.tag === tags.contextConstructed(1)) return { by: 'name', name: decodeName(element.only()) };
  if (element.tag !== tags.contextConstructed(2)) throw element.error('unexpected-tag', 'not a ResponderID');
  const keyHash = readOctetString(element.only());
  if (keyHash.length !== 20) throw element.error('invalid-value', 'KeyHash is not a SHA-1 digest');
  return { by: 'key', keyHash };
}

function decodeSingleResponse(element: DerElement): SingleResponse {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'not a SingleResponse');
  const inside = element.reader();
  const certId = decodeCertId(inside.next(tags.SEQUENCE));
  const says = decodeCertStatus(inside.next());
  const thisUpdate = readGeneralizedTime(inside.next());
  const nextUpdate = inside.nextIf(tags.contextConstructed(0))?.only();
  const singleExtensions = decodeTaggedExtensions(inside);
  inside.finish();
  return {
    certId,
    says,
    thisUpdate,
    nextUpdate: nextUpdate === undefined ? null : readGeneralizedTime(nextUpdate),
    singleExtensions,
  };
}

function decodeCertStatus(element: DerElement): SignedStatus {
  const { tag, length } = element;
  if (tag === tags.contextConstructed(1)) {
    const revokedInfo = element.reader();
    const revokedAt = readGeneralizedTime(revokedInfo.next());
    const reason = revokedInfo.nextIf(tags.contextConstructed(0))?.only();
    revokedInfo.finish();
    return { status: 'revoked', revokedAt, reason: reason === undefined ? null : decodeReason(reason) };
  }
  if (tag !== tags.contextPrimitive(0) && tag !== tags.contextPrimitive(2))
    throw element.error('unexpected-tag', 'not a CertStatus');
  if (length !== 0) throw element.error('invalid-value', 'NULL with contents');
  return { status: tag === tags.contextPrimitive(0) ? 'good' : 'unknown' };
}

/** `[1] EXPLICIT Extensions OPTIONAL`, at the end of ResponseData and of SingleResponse. */
function decodeTaggedExtensions(inside: DerReader): readonly RawExtension[] {
  const extensions = inside.nextIf(tags.contextConstructed(1));
  return extensions === undefined ? [] : decodeExtensionList(extensions.only(tags.SEQUENCE));
}
