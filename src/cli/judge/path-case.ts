import { validatePathWithCrls } from '../../core/revocation/validate-path-with-crls.ts';
import { conclude } from '../../core/verdict/conclude.ts';
import { PATH, pathChecks, VALIDITY } from '../../core/verification/path-checks.ts';
import { REVOCATION, validateRevocation } from '../../core/verification/revocation-check.ts';
import { validateTargetProfile } from '../../core/verification/target-profile.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CaseEvidence, CRL_FRESHNESS, PATH_SETTINGS, readPathSettings } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** RFC 5280 §6 alone: no profile, no names, no purpose. */
export function judgePathCase(value: unknown): Verdict {
  const fields = new CaseFields(value, [...COMMON, 'anchors', 'untrusted', 'target', 'crls']);
  const settings = fields.settings(PATH_SETTINGS);
  const revocation = settings.choice('revocation', ['none', 'leaf', 'all'], 'none');
  const pathSettings = readPathSettings(settings);
  const at = fields.instant('at');
  const evidence = new CaseEvidence(fields);
  const target = evidence.certificate('target');
  const { result, findings } = validatePathWithCrls({
    target,
    anchors: evidence.anchors(),
    untrusted: evidence.untrusted(),
    crls: revocation === 'none' ? [] : evidence.crls(),
    at,
    settings: pathSettings,
    revocation,
    freshness: CRL_FRESHNESS,
    crypto: nodeCrypto,
  });
  const status = findings === null ? [] : [validateRevocation(findings, null)];
  const checks = [...pathChecks(result, target, null), ...validateTargetProfile(target, pathSettings), ...status];
  const required = [PATH.check, VALIDITY.check, ...(revocation === 'none' ? [] : [REVOCATION.check])];
  return verdictOf(conclude(checks, required), checks, findings?.status);
}
