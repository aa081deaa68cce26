import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Instant } from '../instant.ts';
import { type SignatureValidity, verifySigned } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import * as identifiers from '../x509/extensions/identifiers.ts';
import type { Name } from '../x509/name.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import type { SubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';
import type { DelegateMemory } from './delegate-memory.ts';
import { isRefusal, refuse } from './evidence.ts';
import { digestKey } from './issuer-digests.ts';
import type { BasicOcspResponse, ResponderId } from './ocsp-response.ts';
import type { Refusal } from './status.ts';

const ID_KP_OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
/** An honest response carries one or two certificates; more that claim to be the responder cost us signatures. */
const MAX_CANDIDATES = 4;

/** Critical extensions of a delegate's certificate that these rules process or that cannot narrow what it may do here. */
const PROCESSED = new Set([
  identifiers.SUBJECT_KEY_IDENTIFIER,
  identifiers.KEY_USAGE,
  identifiers.SUBJECT_ALT_NAME,
  identifiers.ISSUER_ALT_NAME,
  identifiers.BASIC_CONSTRAINTS,
  identifiers.CRL_DISTRIBUTION_POINTS,
  identifiers.CERTIFICATE_POLICIES,
  identifiers.AUTHORITY_KEY_IDENTIFIER,
  identifiers.EXT_KEY_USAGE,
  identifiers.AUTHORITY_INFO_ACCESS,
  identifiers.OCSP_NO_CHECK,
]);

export interface ResponderRules {
  readonly at: Instant;
  readonly crypto: CryptoPrimitives;
  readonly legacyAlgorithms?: boolean | undefined;
  /** Certificates from elsewhere that may be the delegate's, should the response not hold it; trusted for nothing. */
  readonly untrusted?: readonly Certificate[] | undefined;
  /** Belongs to whoever asks again and again by these rules: `crypto` and `legacyAlgorithms` are the same each time. */
  readonly delegates?: DelegateMemory | undefined;
}

/** Whose key signed the response: the issuing CA's own, or its delegate's. */
export interface Responder {
  readonly delegate: Certificate | undefined;
}

/**
 * RFC 6960 §3.2 (2)–(3) and §4.2.2.2: the response is signed by the key that issued the certificate in question, or by a
 * delegate that this very key certified for OCSP signing; and responderID names the signer.
 */
export function acceptResponder(
  basic: BasicOcspResponse,
  issuer: IssuerKey,
  rules: ResponderRules,
): Responder | Refusal {
  let refusal = refuse(
    'responder-not-authorised',
    'responderID names neither the CA nor a certificate in the response',
  );
  if (namesSigner(basic.responderId, issuer.name, issuer.subjectPublicKeyInfo, rules.crypto)) {
    const signature = refuseSignature(verifyResponse(basic, issuer.subjectPublicKeyInfo, rules), 'the response');
    if (signature === undefined) return { delegate: undefined };
    refusal = signature;
  }
  let candidates = 0;
  const enclosed = basic.certificates.map((der) => rules.delegates?.find(der) ?? decodeCertificate(der));
  for (const certificate of [...enclosed, ...(rules.untrusted ?? [])]) {
    const spki = certificate.subjectPublicKeyInfo;
    if (!namesSigner(basic.responderId, certificate.subject, spki, rules.crypto)) continue;
    if (equalBytes(spki.der, issuer.subjectPublicKeyInfo.der)) continue;
    if (++candidates > MAX_CANDIDATES) break;
    const outcome = acceptDelegate(basic, certificate, issuer, rules);
    if (!isRefusal(outcome)) return outcome;
    refusal = outcome;
  }
  return refusal;
}

function acceptDelegate(
  basic: BasicOcspResponse,
  delegate: Certificate,
  issuer: IssuerKey,
  rules: ResponderRules,
): Responder | Refusal {
  const refusal =
    refuseDelegation(delegate, issuer, rules) ??
    refuseSignature(verifyResponse(basic, delegate.subjectPublicKeyInfo, rules), 'the response');
  if (refusal !== undefined) return refusal;
  // Not before all of it holds: certificates of persons are by the same key.
  rules.delegates?.add(delegate, issuer.subjectPublicKeyInfo);
  return { delegate };
}

/** Is the certificate one that `issuer` made a responder of, valid at the time? */
function refuseDelegation(delegate: Certificate, issuer: IssuerKey, rules: ResponderRules): Refusal | undefined {
  const unauthorised = (detail: string): Refusal => refuse('responder-not-authorised', detail);
  if (!compareNames(delegate.issuer, issuer.name))
    return unauthorised("the responder's certificate has another issuer");
  const certified = verifyDelegate(delegate, issuer.subjectPublicKeyInfo, rules);
  if (certified === 'not-allowed')
    return refuse('algorithm', "the responder's certificate is signed by a refused algorithm");
  if (certified === 'invalid') return unauthorised("the responder's certificate is not signed by the issuing CA's key");
  if (rules.at < delegate.notBefore) return unauthorised("the responder's certificate is not yet valid");
  if (rules.at > delegate.notAfter) return unauthorised("the responder's certificate has expired");
  const { extKeyUsage, keyUsage, all } = delegate.extensions;
  // §4.2.2.2: id-kp-OCSPSigning itself; anyExtendedKeyUsage is not a delegation.
  if (extKeyUsage?.includes(ID_KP_OCSP_SIGNING) !== true)
    return unauthorised("the responder's certificate lacks id-kp-OCSPSigning");
  // RFC 5280 §4.2.1.3: verifying signatures on other than certificates and CRLs.
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature'))
    return unauthorised("the responder's keyUsage does not allow digitalSignature");
  if (all.some((extension) => extension.critical && !PROCESSED.has(extension.extnID)))
    return unauthorised("the responder's certificate has a critical extension that is not processed");
  return undefined;
}

function verifyDelegate(
  delegate: Certificate,
  issuer: SubjectPublicKeyInfo,
  { crypto, legacyAlgorithms, delegates }: ResponderRules,
): SignatureValidity {
  if (delegates?.isSignedBy(delegate, issuer) === true) return 'valid';
  const { signatureAlgorithm, tbsCertificate, signature } = delegate;
  return verifySigned(crypto, signatureAlgorithm, issuer, tbsCertificate, signature, { legacyAlgorithms });
}

function namesSigner(id: ResponderId, subject: Name, spki: SubjectPublicKeyInfo, crypto: CryptoPrimitives): boolean {
  return id.by === 'name' ? compareNames(id.name, subject) : equalBytes(id.keyHash, digestKey(spki, 'SHA-1', crypto));
}

function verifyResponse(
  basic: BasicOcspResponse,
  signer: SubjectPublicKeyInfo,
  { crypto, legacyAlgorithms }: ResponderRules,
): SignatureValidity {
  const { signatureAlgorithm, tbsResponseData, signature } = basic;
  return verifySigned(crypto, signatureAlgorithm, signer, tbsResponseData, signature, { legacyAlgorithms });
}

function refuseSignature(validity: SignatureValidity, what: string): Refusal | undefined {
  if (validity === 'valid') return undefined;
  return validity === 'not-allowed'
    ? refuse('algorithm', `${what} is signed by a refused algorithm`)
    : refuse('wrong-signature', `the signature of ${what} does not verify`);
}
