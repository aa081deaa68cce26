import type { RevocationFindings } from '../../core/revocation/status.ts';
import type { CheckResult, Indication, SubIndication } from '../../core/verdict/check.ts';
import type { Conclusion } from '../../core/verdict/conclude.ts';

/** What a case comes to. `indication` with `verification` alone, which answers as the service does. */
export interface Verdict {
  readonly outcome: 'accepted' | 'rejected' | 'indeterminate';
  readonly indication?: Indication;
  readonly subIndication?: SubIndication;
  readonly status?: RevocationFindings['status'];
  readonly failedChecks: readonly string[];
}

/** The case itself cannot be judged; `message` tells the operator why. */
export class CaseProblem extends Error {}

/** Evidence that is not the DER that it should be. */
export function undecodable(field: string): Verdict {
  return { outcome: 'rejected', subIndication: 'FORMAT_FAILURE', failedChecks: [`decode.${field}`] };
}

/** `indeterminate` where nothing speaks against the evidence but a status that cannot be told. */
export function verdictOf(
  { indication, subIndication }: Conclusion,
  checks: readonly CheckResult[],
  status?: RevocationFindings['status'],
): Verdict {
  const open = subIndication === null || subIndication === 'TRY_LATER';
  const failed = checks.filter((one) => one.outcome === 'failed').map(({ check }) => check);
  return {
    outcome: indication === 'TOTAL-PASSED' ? 'accepted' : open ? 'indeterminate' : 'rejected',
    ...(subIndication === null ? {} : { subIndication }),
    ...(status === undefined ? {} : { status }),
    failedChecks: [...new Set(failed)],
  };
}
