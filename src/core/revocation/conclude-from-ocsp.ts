import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { RawExtension } from '../x509/extensions.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import type { DelegateMemory } from './delegate-memory.ts';
import { acceptEvidence, isRefusal, refuse } from './evidence.ts';
import type { FreshnessRules } from './freshness.ts';
import { RESPONSE_EXTENSIONS, validateKnownExtensions } from './ocsp-extensions.ts';
import { encodeNonce, ID_PKIX_OCSP_NONCE } from './ocsp-request.ts';
import { acceptResponder } from './ocsp-responder.ts';
import { decodeOcspResponse, type OcspResponse } from './ocsp-response.ts';
import { selectSingleResponse } from './select-single-response.ts';
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
  /** Certificates from elsewhere that may be a delegate's. */
  readonly untrusted?: readonly Certificate[] | undefined;
  readonly legacyAlgorithms?: boolean | undefined;
  /** Of whoever judges by this `crypto` and `legacyAlgorithms` again and again. */
  readonly delegates?: DelegateMemory | undefined;
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
