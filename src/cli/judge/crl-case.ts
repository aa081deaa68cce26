import { authenticateCrl } from '../../core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../core/revocation/conclude-from-crl.ts';
import { isRefusal } from '../../core/revocation/evidence.ts';
import { issuerKeyOf } from '../../core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CaseEvidence, CRL_FRESHNESS } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { refuseStranger, verdictOfRefusal, verdictOfStatus } from './status-verdict.ts';
import type { Verdict } from './verdict.ts';

/** What one list says of one certificate of `issuer`, whose key signed both. */
export function judgeCrlCase(value: unknown): Verdict {
  const fields = new CaseFields(value, [...COMMON, 'crl', 'issuer', 'certificate', 'maxAgeSeconds']);
  const legacyAlgorithms = fields.settings(['legacyAlgorithms']).flag('legacyAlgorithms');
  const maxAgeSeconds = fields.seconds('maxAgeSeconds');
  const at = fields.instant('at');
  const evidence = new CaseEvidence(fields);
  const certificate = evidence.certificate('certificate');
  const issuer = evidence.certificate('issuer');
  const crl = authenticateCrl(evidence.crl('crl'), issuerKeyOf(issuer), nodeCrypto, { legacyAlgorithms });
  if (isRefusal(crl)) return verdictOfRefusal('crl', crl);
  const freshness = maxAgeSeconds === undefined ? {} : { maxAgeSeconds, maxAgeAlways: true };
  const rules = { ...CRL_FRESHNESS, ...freshness, at, undivided: true };
  return (
    refuseStranger(certificate, issuer, legacyAlgorithms) ??
    verdictOfStatus('crl', concludeFromCrl({ crl, certificate, issuer: issuerKeyOf(issuer), ...rules }))
  );
}
