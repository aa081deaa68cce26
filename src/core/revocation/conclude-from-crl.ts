import { equalBytes } from '../bytes.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import type { AuthenticCrl } from './crl.ts';
import { type CrlScope, concludeScope } from './crl-scope.ts';
import { acceptEvidence, refuse } from './evidence.ts';
import { type FreshnessRules, refuseByTime } from './freshness.ts';
import type { AcceptedEvidence, Refusal, SignedStatus } from './status.ts';

export interface CrlEvidence extends FreshnessRules {
  readonly crl: AuthenticCrl;
  readonly certificate: Certificate;
  /** The key that verified the certificate, out of its validated path. */
  readonly issuer: IssuerKey;
  /** The source is configured as the undivided CRL of that CA key: without issuingDistributionPoint it is complete. */
  readonly undivided: boolean;
}

const SILENCE: Readonly<Record<Exclude<CrlScope, 'complete' | 'out-of-scope'> | 'delta', string>> = {
  delta: 'a delta CRL shows changes, not everything that is revoked',
  indirect: 'entries of an indirect CRL may be of other issuers',
  'partial-reasons': 'the CRL covers some revocation reasons alone',
  'not-undivided': 'nothing says that the CRL covers every certificate of its issuer',
};

/**
 * What a list says about the certificate (RFC 5280 §6.3.3), if it is fresh and about such certificates. A list whose
 * silence says nothing (not undivided, some reasons, indirect, delta) may still prove "revoked". Never throws.
 */
export function concludeFromCrl(evidence: CrlEvidence): AcceptedEvidence | Refusal {
  return refuseKey(evidence) ?? concludeFromCrlOfName(evidence);
}

/**
 * The same where another key of the CA signed the list than the certificate (RFC 5280 §6.3.3(f)): that the signer is
 * entitled to, the caller has to prove.
 */
export function concludeFromCrlOfName(evidence: Omit<CrlEvidence, 'issuer'>): AcceptedEvidence | Refusal {
  const { crl: list, certificate } = evidence;
  const { crl } = list;
  const refusal =
    refuseName(evidence) ??
    refuseByTime(crl.thisUpdate, crl.nextUpdate, evidence) ??
    (crl.thisUpdate < certificate.notBefore
      ? refuse('predates-certificate', 'the CRL was issued before the certificate')
      : undefined);
  if (refusal !== undefined) return refusal;
  const scope = concludeScope(crl, certificate, evidence.undivided);
  if (scope === 'out-of-scope') return refuse(scope, 'the CRL is about other certificates of its issuer');
  const entry = list.findEntry(certificate.serialNumber);
  if (entry === undefined) {
    const silence = crl.delta ? 'delta' : list.indirect ? 'indirect' : scope;
    return silence === 'complete' ? accept(list, { status: 'good' }) : refuse(silence, SILENCE[silence]);
  }
  // §5.3.1: has a meaning in delta CRLs alone, and a base is not at hand.
  if (entry.reason === 'removeFromCRL') return refuse('delta', 'the entry takes back another one, in a base CRL');
  return accept(list, { status: 'revoked', ...entry });
}

function refuseKey({ crl, issuer }: CrlEvidence): Refusal | undefined {
  return equalBytes(crl.issuer.subjectPublicKeyInfo.der, issuer.subjectPublicKeyInfo.der)
    ? undefined
    : refuse('wrong-issuer', 'the CRL was signed by another key than the certificate');
}

function refuseName({ crl, certificate }: Omit<CrlEvidence, 'issuer'>): Refusal | undefined {
  return compareNames(certificate.issuer, crl.crl.issuer)
    ? undefined
    : refuse('wrong-issuer', 'the CRL has another issuer');
}

function accept({ crl }: AuthenticCrl, says: SignedStatus): AcceptedEvidence {
  return acceptEvidence({
    method: 'crl',
    says,
    thisUpdate: crl.thisUpdate,
    nextUpdate: crl.nextUpdate,
    producedAt: null,
    crlNumber: crl.crlNumber,
    der: crl.der,
  });
}
