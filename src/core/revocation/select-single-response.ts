import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives, HashAlgorithm } from '../crypto.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import { isRefusal, refuse } from './evidence.ts';
import { type FreshnessRules, refuseByTime } from './freshness.ts';
import { buildCertId, type CertId, equalCertIds } from './ocsp-cert-id.ts';
import { SINGLE_EXTENSIONS, validateKnownExtensions } from './ocsp-extensions.ts';
import type { BasicOcspResponse, SingleResponse } from './ocsp-response.ts';
import type { Refusal } from './status.ts';

export interface SelectionRules extends FreshnessRules {
  readonly certificate: Certificate;
  readonly issuer: IssuerKey;
  readonly crypto: CryptoPrimitives;
}

const SEVERITY = { good: 0, unknown: 1, revoked: 2 } as const;

/**
 * The SingleResponse to go by. Several about one certificate: the worst word counts, so that a good one masks neither a
 * revoked nor an unknown one, not even a stale one; among equals one that is accepted, the newest first.
 */
export function selectSingleResponse(basic: BasicOcspResponse, evidence: SelectionRules): SingleResponse | Refusal {
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
  { certificate, issuer, crypto }: SelectionRules,
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
  { at, clockSkewSeconds, certificate }: SelectionRules,
): Refusal | undefined {
  const skew = clockSkewSeconds * 1000;
  if (producedAt > at + skew) return refuse('not-yet-valid', 'producedAt lies in the future');
  if (producedAt < single.thisUpdate - skew) return refuse('malformed', 'producedAt lies before thisUpdate');
  if (producedAt < certificate.notBefore - skew)
    return refuse('predates-certificate', 'the response was made before the certificate');
  return undefined;
}
