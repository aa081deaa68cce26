import { isRefusal } from '../../core/revocation/evidence.ts';
import type { AcceptedEvidence, Refusal, RefusalCode } from '../../core/revocation/status.ts';
import type { SubIndication } from '../../core/verdict/check.ts';
import { verifySigned } from '../../core/x509/algorithm.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import type { Verdict } from './verdict.ts';

/** Evidence that is not what it should be; whatever else keeps a status from being told may be other tomorrow. */
const REJECTED: Readonly<Partial<Record<RefusalCode, SubIndication>>> = {
  malformed: 'FORMAT_FAILURE',
  'wrong-signature': 'SIG_CRYPTO_FAILURE',
  algorithm: 'CRYPTO_CONSTRAINTS_FAILURE',
  'wrong-issuer': 'NO_CERTIFICATE_CHAIN_FOUND',
  'wrong-certificate': 'NO_CERTIFICATE_CHAIN_FOUND',
  'responder-not-authorised': 'NO_CERTIFICATE_CHAIN_FOUND',
};

export function verdictOfRefusal(method: 'ocsp' | 'crl', { refused }: Refusal): Verdict {
  const subIndication = REJECTED[refused];
  const failedChecks = [`${method}.${refused}`];
  const status = 'undetermined';
  return subIndication === undefined
    ? { outcome: 'indeterminate', subIndication: 'TRY_LATER', status, failedChecks }
    : { outcome: 'rejected', subIndication, status, failedChecks };
}

/** Accepted: the status can be concluded good. */
export function verdictOfStatus(method: 'ocsp' | 'crl', outcome: AcceptedEvidence | Refusal): Verdict {
  if (isRefusal(outcome)) return verdictOfRefusal(method, outcome);
  const { status } = outcome.says;
  if (status === 'good') return { outcome: 'accepted', status, failedChecks: [] };
  const failedChecks = ['revocation.status'];
  return status === 'revoked'
    ? { outcome: 'rejected', subIndication: 'REVOKED', status, failedChecks }
    : { outcome: 'indeterminate', subIndication: 'TRY_LATER', status, failedChecks };
}

/** The certificate asked about is the issuer's own: a namesake's serial number says nothing. */
export function refuseStranger(
  certificate: Certificate,
  issuer: Pick<Certificate, 'subjectPublicKeyInfo'>,
  legacyAlgorithms: boolean,
): Verdict | undefined {
  const { signatureAlgorithm, tbsCertificate, signature } = certificate;
  const key = issuer.subjectPublicKeyInfo;
  const options = { legacyAlgorithms };
  const validity = verifySigned(nodeCrypto, signatureAlgorithm, key, tbsCertificate, signature, options);
  if (validity === 'valid') return undefined;
  const subIndication = validity === 'invalid' ? 'NO_CERTIFICATE_CHAIN_FOUND' : 'CRYPTO_CONSTRAINTS_FAILURE';
  return { outcome: 'rejected', subIndication, status: 'undetermined', failedChecks: ['certificate.signature'] };
}
