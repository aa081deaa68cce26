import { equalBytes } from '../bytes.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { OcspEvidence } from './conclude-from-ocsp.ts';
import { isRefusal, refuse } from './evidence.ts';
import { refuseByTime } from './freshness.ts';
import { buildCertId } from './ocsp-cert-id.ts';
import { RESPONSE_EXTENSIONS, SINGLE_EXTENSIONS, validateKnownExtensions } from './ocsp-extensions.ts';
import { acceptResponder } from './ocsp-responder.ts';
import { type BasicOcspResponse, decodeOcspResponse } from './ocsp-response.ts';
import type { Refusal } from './status.ts';

export type ResponseEvidence = Omit<OcspEvidence, 'certificate' | 'nonce' | 'nonceRequired' | 'delegateStatus'>;

/**
 * May the responder speak for that CA key, and is all that it says of the CA's certificates fresh (RFC 6960 §3.2 (2)–(6))?
 * Says nothing about any certificate. Undefined where nothing stands against it. Never throws.
 */
export function refuseOcspResponse(evidence: ResponseEvidence): Refusal | undefined {
  try {
    const response = decodeOcspResponse(evidence.response);
    if (response.responseStatus !== 'successful')
      return refuse('responder-error', `the responder answered ${response.responseStatus}`);
    const { basic } = response;
    const responder = acceptResponder(basic, evidence.issuer, evidence);
    if (isRefusal(responder)) return responder;
    return validateKnownExtensions(basic.responseExtensions, RESPONSE_EXTENSIONS) ?? refuseSingles(basic, evidence);
  } catch (error) {
    if (error instanceof DecodeError) return refuse('malformed', `not a DER OCSP response: ${error.code}`);
    throw error;
  }
}

function refuseSingles(basic: BasicOcspResponse, evidence: ResponseEvidence): Refusal | undefined {
  const { issuer, crypto, at, clockSkewSeconds } = evidence;
  const own = basic.responses.filter(({ certId }) => {
    const { serialNumber, hashAlgorithm } = certId;
    const { issuerNameHash, issuerKeyHash } = buildCertId(
      { issuer: issuer.name, serialNumber },
      issuer,
      hashAlgorithm,
      crypto,
    );
    return equalBytes(certId.issuerNameHash, issuerNameHash) && equalBytes(certId.issuerKeyHash, issuerKeyHash);
  });
  if (own.length === 0) return refuse('wrong-issuer', 'the response is about no certificate of that issuer');
  if (basic.producedAt > at + clockSkewSeconds * 1000) return refuse('not-yet-valid', 'producedAt lies in the future');
  for (const single of own) {
    const refusal =
      validateKnownExtensions(single.singleExtensions, SINGLE_EXTENSIONS) ??
      refuseByTime(single.thisUpdate, single.nextUpdate, evidence);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
