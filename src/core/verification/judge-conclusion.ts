import { selectLegalMethod } from '../jpki/legal-method.ts';
import type { RevocationFindings } from '../revocation/status.ts';
import { formatInstant } from '../rfc3339.ts';
import type { CheckResult } from '../verdict/check.ts';
import { conclude } from '../verdict/conclude.ts';
import { failed, notApplicable } from '../verdict/result.ts';
import type { SignatureJudgement } from './judge-signature.ts';
import { type CertificateFacts, type Report, revocationFacts } from './report.ts';
import { REVOCATION, validateRevocation } from './revocation-check.ts';

/**
 * The second step: the conclusion over everything. `findings`: what came of asking about the certificate's status, null
 * when nobody was asked, as is right when the first step does not hold.
 */
export function judgeConclusion(input: {
  readonly first: SignatureJudgement;
  readonly findings: RevocationFindings | null;
}): Report {
  const { first, findings } = input;
  const checks = [...first.checks, revocationCheck(first, findings)];
  const conclusion = conclude(checks, [...first.required, REVOCATION.check]);
  const passedWithSignature =
    conclusion.indication === 'TOTAL-PASSED' && first.profile.policy?.kind === 'digital-signature';
  return {
    verifiedAt: formatInstant(first.at),
    indication: conclusion.indication,
    subIndication: conclusion.subIndication,
    retryable: conclusion.retryable,
    checks,
    certificate: certificateFacts(first),
    revocation: findings === null ? null : revocationFacts(findings),
    attributes: passedWithSignature ? (first.profile.attributes ?? null) : null,
    legalMethod: passedWithSignature ? selectLegalMethod(first.at) : null,
  };
}

/** Asked for and not answered is TRY_LATER; not asked for, because the rest does not hold, is not applicable. */
function revocationCheck(first: SignatureJudgement, findings: RevocationFindings | null): CheckResult {
  if (findings !== null) return validateRevocation(findings, first.signedAfter);
  return first.holds ? failed(REVOCATION, 'TRY_LATER', { status: 'undetermined' }) : notApplicable(REVOCATION);
}

/** Nothing is shown of a certificate that no anchor vouches for. */
function certificateFacts({ path, profile }: SignatureJudgement): CertificateFacts | null {
  if (path === undefined) return null;
  return {
    kind: profile.policy?.kind ?? null,
    medium: profile.policy?.medium ?? null,
    generation: profile.generation,
    policy: profile.policy?.policy ?? null,
    notBefore: formatInstant(path.target.notBefore),
    notAfter: formatInstant(path.target.notAfter),
  };
}
