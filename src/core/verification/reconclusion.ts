import type { Instant } from '../instant.ts';
import { selectRevocationMeaning } from '../jpki/revocation-meaning.ts';
import type { CrlReason } from '../revocation/status.ts';
import { formatInstant } from '../rfc3339.ts';
import type { CheckResult } from '../verdict/check.ts';
import { conclude } from '../verdict/conclude.ts';
import { type CheckIdentity, failed } from '../verdict/result.ts';
import { CHALLENGE_CHECKS } from './challenge-checks.ts';
import type { Report } from './report.ts';
import { isSound } from './soundness.ts';

/** A certificate on file with the same issuing key and serial has other octets: one of the two is not what it claims. */
const CERTIFICATE_IDENTITY: CheckIdentity = { check: 'certificate.identity', clause: 'RFC 5280 §4.1.2.2' };

/** No revocation is taken back, no hold lifted: an answer "good" that contradicts the file is an older or a false one. */
const REVOCATION_ON_FILE: CheckIdentity = {
  check: 'revocation.on-file',
  clause: 'JPKI CP/CPS 4.9.9; RFC 5280 §5.3.1',
};

/**
 * Whether the verification uses its challenge up: by TOTAL-PASSED, and by TOTAL-FAILED with a sound signature over it. A
 * bad signature or TRY_LATER leaves it usable. To be claimed by `used at` being empty, and by nothing else.
 */
export function usesUpChallenge({ indication, checks }: Report): boolean {
  const outcome = ({ check }: CheckIdentity) => checks.find((one) => one.check === check)?.outcome;
  if (outcome(CHALLENGE_CHECKS.content) !== 'passed' || outcome(CHALLENGE_CHECKS.unused) !== 'passed') return false;
  if (indication === 'TOTAL-PASSED') return true;
  return indication === 'TOTAL-FAILED' && isSound(checks);
}

/** The same verification when another one used the challenge up between judgement and record. */
export function withChallengeLost(report: Report): Report {
  const lost = failed(CHALLENGE_CHECKS.unused, 'SIG_CONSTRAINTS_FAILURE', { reason: 'used-meanwhile' });
  const checks = report.checks.map((one) => (one.check === lost.check ? lost : one));
  return concludeAnew(report, checks.includes(lost) ? checks : [...checks, lost]);
}

/** The same verification when the certificate's identity is on file with another DER. */
export function withCertificateConflict(report: Report): Report {
  const conflict = failed(CERTIFICATE_IDENTITY, 'CERTIFICATE_CHAIN_GENERAL_FAILURE', {
    reason: 'other-octets-on-file',
  });
  return concludeAnew(report, [...report.checks, conflict]);
}

/**
 * The same verification when the certificate is on file as revoked, whatever was answered this time. `signedAfter`: an
 * instant that the signature is proven to be later than, or null.
 */
export function withRevokedOnFile(
  report: Report,
  { revokedAt, reason }: { readonly revokedAt: Instant; readonly reason: CrlReason | null },
  signedAfter: Instant | null,
): Report {
  const madeAfterwards = signedAfter !== null && signedAfter > revokedAt;
  const onFile = failed(REVOCATION_ON_FILE, 'REVOKED', {
    revokedAt: formatInstant(revokedAt),
    reason,
    meaning: selectRevocationMeaning(reason),
    ...(madeAfterwards ? {} : { etsiSubIndication: 'REVOKED_NO_POE' }),
  });
  const revocation: Report['revocation'] = {
    status: 'revoked',
    method: null,
    thisUpdate: null,
    nextUpdate: null,
    producedAt: null,
    revokedAt: formatInstant(revokedAt),
    reason,
    attempts: report.revocation?.attempts ?? [],
  };
  return { ...concludeAnew(report, [...report.checks, onFile]), revocation };
}

/** With a failed check among them nothing can pass, so nothing about the person is left to say. */
function concludeAnew(report: Report, checks: readonly CheckResult[]): Report {
  return { ...report, ...conclude(checks, []), checks, attributes: null, legalMethod: null };
}
