import * as tags from '../der/tags.ts';
import { encodeElement, encodeObjectIdentifier, encodeOctetString, encodeSequence } from '../der/writer.ts';
import { type CertId, type CertIdHash, encodeCertId } from './ocsp-cert-id.ts';

export const ID_PKIX_OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2';
const NONCE_EXTN_ID = encodeObjectIdentifier(ID_PKIX_OCSP_NONCE);

/**
 * OCSPRequest (RFC 6960 §4.1.1), unsigned, about one certificate. `nonce`: 1 to 128 random octets (RFC 9654 §2.1), in
 * requestExtensions.
 */
export function encodeOcspRequest(request: {
  readonly certId: CertId & { readonly hashAlgorithm: CertIdHash };
  readonly nonce?: Uint8Array | undefined;
}): Uint8Array {
  const requestList = encodeSequence(encodeSequence(encodeCertId(request.certId)));
  if (request.nonce === undefined) return encodeSequence(encodeSequence(requestList));
  const extension = encodeSequence(NONCE_EXTN_ID, encodeOctetString(encodeNonce(request.nonce)));
  const requestExtensions = encodeElement(tags.contextConstructed(2), encodeSequence(extension));
  return encodeSequence(encodeSequence(requestList, requestExtensions));
}

/** Nonce ::= OCTET STRING (RFC 9654 §2.1): what extnValue holds. */
export function encodeNonce(nonce: Uint8Array): Uint8Array {
  return encodeOctetString(nonce);
}
