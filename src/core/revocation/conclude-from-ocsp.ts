import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives, HashAlgorithm } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { RawExtension } from '../x509/extensions.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import { acceptEvidence, isRefusal, refuse } from './evidence.ts';
import { type FreshnessRules, refuseByTime } from './freshness.ts';
import { buildCertId, type CertId, equalCertIds } from './ocsp-cert-id.ts';
import { RESPONSE_EXTENSIONS, SINGLE_EXTENSIONS, validateKnownExtensions } from './ocsp-extensions.ts';
import { encodeNonce, ID_PKIX_OCSP_NONCE } from './ocsp-request.ts';
import { acceptResponder } from './ocsp-responder.ts';
import { type BasicOcspResponse, decodeOcspResponse, type OcspResponse, type SingleResponse } from './ocsp-response.ts';
import type { AcceptedEvidence, Refusal } from './status.ts';

export interface OcspEvidence extends FreshnessRules {
  /** The body that the responder sent. */
  readonly response: Uint8Array;
  readonly certificate: Certificate;
  /** The key that verified the certificate, out of its validated path. */
  readonly issuer: IssuerKey;
  /** What the request carried, if it carried one. */
  readonly nonce?: Uint8Array | undefined;
  /** A response without our nonce is refused. */
  readonly nonceRequired?: boolean | undefined;
  /** What accepted CRLs say about a delegate without id-pkix-ocsp-nocheck; not given, nothing is known. */
  readonly delegateStatus?: ((delegate: Certificate) => DelegateStatus) | undefined;
  readonly crypto: CryptoPrimitives;
  readonly legacyAlgorithms?: boolean | undefined;
}

export type DelegateStatus = 'good' | 'revoked' | 'undetermined';

/**
 * What a response says about the certificate, if every rule of acceptance holds (RFC 6960 §3.2, §4.2.2): evidence, or the
 * first rule that fails. Never throws.
 */
export function concludeFromOcsp(evidence: OcspEvidence): AcceptedEvidence | Refusal {
  try {
    const response = decodeOcspResponse(evidence.response);
    return concludeFromResponse(response, evidence);
  } catch (error) {
    if (error instanceof DecodeError) return refuse('malformed', `not a DER OCSP response: ${error.code}`);
    throw error;
  }
}

function concludeFromResponse(response: OcspResponse, evidence: OcspEvidence): AcceptedEvidence | Refusal {
  if (response.responseStatus !== 'successful')
    return refuse('responder-error', `the responder answered ${response.responseStatus}`);
  const { basic } = response;
  const { certificate, issuer } = evidence;
  if (!compareNames(certificate.issuer, issuer.name)) return refuse('wrong-issuer', 'the key is not of that issuer');
  const responder = acceptResponder(basic, issuer, evidence);
  if (isRefusal(responder)) return responder;
  const refusal =
    validateKnownExtensions(basic.responseExtensions, RESPONSE_EXTENSIONS) ??
    refuseNonce(basic.responseExtensions, evidence);
  if (refusal !== undefined) return refusal;
  const single = selectSingleResponse(basic, evidence);
  if (isRefusal(single)) return single;
  const delegation = refuseDelegateStatus(responder.delegate, evidence);
  if (delegation !== undefined) return delegation;
  return acceptEvidence({
    method: 'ocsp',
    says: single.says,
    thisUpdate: single.thisUpdate,
    nextUpdate: single.nextUpdate,
    producedAt: basic.producedAt,
    crlNumber: null,
    der: evidence.response,
  });
}

/** RFC 9654 §2.1: a nonce that comes back is ours; one that we did not send is of no interest. */
function refuseNonce(
  extensions: readonly RawExtension[],
  { nonce, nonceRequired }: Pick<OcspEvidence, 'nonce' | 'nonceRequired'>,
): Refusal | undefined {
  const returned = extensions.find((extension) => extension.extnID === ID_PKIX_OCSP_NONCE);
  if (nonce !== undefined && returned !== undefined) {
    return equalBytes(returned.extnValue, encodeNonce(nonce))
      ? undefined
      : refuse('nonce-mismatch', 'the nonce is not the one that was sent');
  }
  return nonceRequired === true ? refuse('nonce-mismatch', 'the response holds no nonce of ours') : undefined;
}

const SEVERITY = { good: 0, unknown: 1, revoked: 2 } as const;

/**
 * The SingleResponse to go by. Several about one certificate: the worst word counts, so that a good one masks neither a
 * revoked nor an unknown one, not even a stale one; among equals one that is accepted, the newest first.
 */
function selectSingleResponse(basic: BasicOcspResponse, evidence: OcspEvidence): SingleResponse | Refusal {
  const matching = matchCertificate(basic.responses, evidence);
  if (isRefusal(matching)) return matching;
  const worst = Math.max(...matching.map((single) => SEVERITY[single.says.status]));
  const candidates = matching
    .filter((single) => SEVERITY[single.says.status] === worst)
    .sort((a, b) => b.thisUpdate - a.thisUpdate);
  let first: Refusal | undefined;
  for (const single of candidates) {
    const refusal =
      validateKnownExtensions(single.singleExtensions, SINGLE_EXTENSIONS) ??
      refuseByTime(single.thisUpdate, single.nextUpdate, evidence) ??
      refuseProduction(basic.producedAt, single, evidence);
    if (refusal === undefined) return single;
    first ??= refusal;
  }
  return first as Refusal;
}

/** §3.2 (1): the certificate asked about, by name, key and serial; each hash computed anew. */
function matchCertificate(
  responses: readonly SingleResponse[],
  { certificate, issuer, crypto }: OcspEvidence,
): readonly SingleResponse[] | Refusal {
  const expected = new Map<HashAlgorithm, CertId>();
  const matching = responses.filter(({ certId }) => {
    const { hashAlgorithm } = certId;
    const own = expected.get(hashAlgorithm) ?? buildCertId(certificate, issuer, hashAlgorithm, crypto);
    expected.set(hashAlgorithm, own);
    return equalCertIds(certId, own);
  });
  if (matching.length > 0) return matching;
  const { octets } = certificate.serialNumber;
  return responses.some(({ certId }) => equalBytes(certId.serialNumber.octets, octets))
    ? refuse('wrong-issuer', 'the response is about a certificate of another issuer')
    : refuse('wrong-certificate', 'the response is not about this certificate');
}

/** §2.4, §4.2.2.1: signed after the status was known and before now; an answer older than the certificate says nothing. */
function refuseProduction(
  producedAt: number,
  single: SingleResponse,
  { at, clockSkewSeconds, certificate }: OcspEvidence,
): Refusal | undefined {
  const skew = clockSkewSeconds * 1000;
  if (producedAt > at + skew) return refuse('not-yet-valid', 'producedAt lies in the future');
  if (producedAt < single.thisUpdate - skew) return refuse('malformed', 'producedAt lies before thisUpdate');
  if (producedAt < certificate.notBefore - skew)
    return refuse('predates-certificate', 'the response was made before the certificate');
  return undefined;
}

/** §4.2.2.2.1: nocheck exempts a delegate for its lifetime; without it a CRL of the CA has to show it good. */
function refuseDelegateStatus(
  delegate: Certificate | undefined,
  { delegateStatus }: Pick<OcspEvidence, 'delegateStatus'>,
): Refusal | undefined {
  if (delegate === undefined || delegate.extensions.ocspNoCheck) return undefined;
  switch (delegateStatus?.(delegate) ?? 'undetermined') {
    case 'good':
      return undefined;
    case 'revoked':
      return refuse('responder-not-authorised', "the responder's certificate is revoked");
    case 'undetermined':
      return refuse('responder-revocation-unknown', 'no accepted CRL shows the responder good');
  }
}
