import type { Instant } from '../instant.ts';
import { selectRevocationMeaning } from '../jpki/revocation-meaning.ts';
import type { AcceptedEvidence, RevocationFindings } from '../revocation/status.ts';
import { formatInstant } from '../rfc3339.ts';
import type { CheckDetail, CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, passed } from '../verdict/result.ts';

/** Fail closed: anything but an accepted, signed "good" fails. */
export const REVOCATION: CheckIdentity = {
  check: 'revocation.status',
  clause: 'RFC 5280 §6.1.3(a)(3), §6.3; RFC 6960 §3.2',
};

/** `signedAfter`: an instant that the signature is proven to be later than, or null. */
export function validateRevocation(findings: RevocationFindings, signedAfter: Instant | null): CheckResult {
  const { status, evidence } = findings;
  const says = evidence?.says;
  if (evidence !== null && says?.status === 'good' && status === 'good') return passed(REVOCATION, facts(evidence));
  if (evidence !== null && says?.status === 'revoked') {
    const { revokedAt, reason } = says;
    const madeAfterwards = signedAfter !== null && signedAfter > revokedAt;
    return failed(REVOCATION, 'REVOKED', {
      ...facts(evidence),
      revokedAt: formatInstant(revokedAt),
      reason,
      meaning: selectRevocationMeaning(reason),
      ...(madeAfterwards ? {} : { etsiSubIndication: 'REVOKED_NO_POE' }),
    });
  }
  const refusals = findings.attempts.flatMap(({ refusal }) => (refusal === null ? [] : [refusal.refused]));
  const answered = says?.status === 'unknown' && status === 'unknown';
  return failed(REVOCATION, 'TRY_LATER', { status: answered ? 'unknown' : 'undetermined', refusals });
}

function facts(evidence: AcceptedEvidence): CheckDetail {
  return { method: evidence.method, thisUpdate: formatInstant(evidence.thisUpdate) };
}
