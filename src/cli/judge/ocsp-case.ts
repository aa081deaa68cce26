import { refuseOcspResponse } from '../../core/revocation/accept-ocsp-response.ts';
import { concludeFromOcsp } from '../../core/revocation/conclude-from-ocsp.ts';
import { refuse } from '../../core/revocation/evidence.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { compareNames } from '../../core/x509/compare-names.ts';
import { issuerKeyOf } from '../../core/x509/path/issuer-key.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';
import { validatePath } from '../../core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CaseEvidence, OCSP_FRESHNESS, readPathSettings } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { refuseStranger, verdictOfRefusal, verdictOfStatus } from './status-verdict.ts';
import type { Verdict } from './verdict.ts';

const FIELDS = [...COMMON, 'response', 'certificate', 'issuer', 'untrusted', 'maxAgeSeconds'];

/**
 * What a response says of a certificate of `issuer`, or of a CA below it that `untrusted` holds. The status of a delegate
 * without id-pkix-ocsp-nocheck is left aside, as a case has no evidence of it.
 */
export function judgeOcspCase(value: unknown): Verdict {
  const fields = new CaseFields(value, FIELDS);
  const settings = fields.settings(['legacyAlgorithms']);
  const { legacyAlgorithms = false } = readPathSettings(settings);
  const maxAgeSeconds = fields.seconds('maxAgeSeconds');
  const at = fields.instant('at');
  const evidence = new CaseEvidence(fields);
  const response = evidence.der('response', 'ocsp-response');
  const trusted = evidence.certificate('issuer');
  const untrusted = evidence.untrusted();
  const freshness = maxAgeSeconds === undefined ? {} : { maxAgeSeconds, maxAgeAlways: true };
  const rules = { response, untrusted, at, ...OCSP_FRESHNESS, ...freshness, crypto: nodeCrypto, legacyAlgorithms };
  if (!fields.has('certificate')) {
    const refusal = refuseOcspResponse({ ...rules, issuer: issuerKeyOf(trusted) });
    return refusal === undefined ? { outcome: 'accepted', failedChecks: [] } : verdictOfRefusal('ocsp', refusal);
  }
  const certificate = evidence.certificate('certificate');
  const issuer = findIssuer({ certificate, trusted, untrusted, at, legacyAlgorithms });
  if (issuer === 'algorithm')
    return verdictOfRefusal('ocsp', refuse('algorithm', "the issuer's path has a refused algorithm"));
  const outcome = concludeFromOcsp({ ...rules, certificate, issuer, delegateStatus: () => 'good' });
  const verdict = verdictOfStatus('ocsp', outcome);
  if (verdict.outcome !== 'accepted') return verdict;
  return refuseStranger(certificate, issuer, legacyAlgorithms) ?? verdict;
}

interface IssuerQuestion {
  readonly certificate: Certificate;
  readonly trusted: Certificate;
  readonly untrusted: readonly Certificate[];
  readonly at: number;
  readonly legacyAlgorithms: boolean;
}

/** The CA trusted, or one below it that issued the certificate; `algorithm` where only the allow-list stands in the way. */
function findIssuer(question: IssuerQuestion): IssuerKey | 'algorithm' {
  const { certificate: target, trusted, untrusted, at, legacyAlgorithms } = question;
  if (compareNames(target.issuer, trusted.subject)) return issuerKeyOf(trusted);
  const settings = {
    initialPolicySet: ['2.5.29.32.0'],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialAnyPolicyInhibit: false,
    legacyAlgorithms,
  };
  const found = validatePath({ target, anchors: [trusted], untrusted, at, settings, crypto: nodeCrypto });
  if (found.failures.some(({ code }) => code === 'algorithm')) return 'algorithm';
  return found.path?.issuer ?? issuerKeyOf(trusted);
}
