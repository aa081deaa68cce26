import { createHash } from 'node:crypto';
import { OID } from '../oids.ts';
import {
  type Asn1,
  bits,
  der,
  element,
  enumerated,
  generalizedTime,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  tagged,
  taggedOctets,
} from './asn1.ts';
import { REASON_CODE, type Reason } from './crl.ts';
import { type Extension, extension } from './extensions.ts';
import { nameDer, type Rdn } from './names.ts';
import { algorithmElement, defaultSignature, type SignatureName, signOctets } from './signature.ts';
import { keyHash, type SigningKey } from './signing-key.ts';

export type CertStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revokedAt: number; readonly reason: Reason }
  | { readonly status: 'unknown' };

export interface SingleResponse {
  /** DER CertID: the request's own, echoed. */
  readonly certId: Uint8Array;
  readonly says: CertStatus;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

export interface OcspResponseToBe {
  readonly responses: readonly SingleResponse[];
  readonly producedAt: number;
  readonly responder: { readonly keyHash: Uint8Array } | { readonly name: readonly Rdn[] };
  /** Nonce octets (RFC 8954): the value of the inner OCTET STRING. */
  readonly nonce?: Uint8Array | undefined;
  readonly extensions?: readonly Extension[];
  /** DER of certificates sent along. */
  readonly certificates: readonly Uint8Array[];
}

/** DER CertID (RFC 6960 §4.1.1). */
export function certIdOf(
  issuer: readonly Rdn[],
  issuerSpki: Uint8Array,
  serial: Uint8Array,
  hash: 'sha1' | 'sha256',
): Uint8Array {
  const name = createHash(hash).update(nameDer(issuer)).digest();
  const key = keyHash(issuerSpki, hash);
  return der(sequence(sequence(oid(OID[hash]), nothing()), octets(name), octets(key), integer(serial)));
}

function certStatus(says: CertStatus): Asn1 {
  if (says.status === 'good') return taggedOctets(0, new Uint8Array());
  if (says.status === 'unknown') return taggedOctets(2, new Uint8Array());
  const reason = says.reason === 'unspecified' ? [] : [tagged(0, enumerated(REASON_CODE[says.reason]))];
  return tagged(1, generalizedTime(says.revokedAt), ...reason);
}

function singleResponse(single: SingleResponse): Asn1 {
  const next = single.nextUpdate === undefined ? [] : [tagged(0, generalizedTime(single.nextUpdate))];
  return sequence(element(single.certId), certStatus(single.says), generalizedTime(single.thisUpdate), ...next);
}

function responseData(to: OcspResponseToBe): Uint8Array {
  const responder =
    'keyHash' in to.responder
      ? tagged(2, octets(to.responder.keyHash))
      : tagged(1, element(nameDer(to.responder.name)));
  const extensions = [...(to.extensions ?? [])];
  if (to.nonce !== undefined) extensions.push(extension(OID.ocspNonce, false, octets(to.nonce)));
  const extra = extensions.length === 0 ? [] : [tagged(1, sequence(...extensions.map((each) => each.toSchema())))];
  return der(
    sequence(responder, generalizedTime(to.producedAt), sequence(...to.responses.map(singleResponse)), ...extra),
  );
}

/** DER OCSPResponse with a BasicOCSPResponse, signed by `by`. */
export function issueOcspResponse(
  to: OcspResponseToBe,
  by: SigningKey,
  signature: SignatureName = defaultSignature(by),
): Uint8Array {
  const data = responseData(to);
  const certificates = to.certificates.length === 0 ? [] : [tagged(0, sequence(...to.certificates.map(element)))];
  const basic = sequence(
    element(data),
    algorithmElement(signature),
    bits(signOctets(signature, by, data)),
    ...certificates,
  );
  return der(sequence(enumerated(0), tagged(0, sequence(oid(OID.ocspBasic), octets(der(basic))))));
}

/** OCSPResponseStatus without response (RFC 6960 §4.2.1). */
export const OCSP_ERROR = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

export const ocspError = (error: keyof typeof OCSP_ERROR): Uint8Array => der(sequence(enumerated(OCSP_ERROR[error])));
