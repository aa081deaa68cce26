import type { CheckResult, Indication, SubIndication } from './check.ts';
import { SUB_INDICATIONS } from './indication.ts';

export interface Conclusion {
  readonly indication: Indication;
  /** Null with TOTAL-PASSED, and with INDETERMINATE when a required check gave no answer without any having failed. */
  readonly subIndication: SubIndication | null;
  /** The same request may end otherwise later: with TRY_LATER alone. */
  readonly retryable: boolean;
}

const UNANSWERED: Conclusion = { indication: 'INDETERMINATE', subIndication: null, retryable: false };

/**
 * The verdict over all checks, whatever their order: the weightiest failure; without one, TOTAL-PASSED only when every
 * check named in `required` is there and passed. No checks, or none required, is INDETERMINATE: nothing was proven.
 * The only maker of TOTAL-PASSED.
 */
export function conclude(checks: readonly CheckResult[], required: readonly string[]): Conclusion {
  if (checks.some(({ outcome }) => outcome === 'failed')) {
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    const winner = SUB_INDICATIONS.find((row) => failed.some((one) => one.subIndication === row.subIndication));
    if (winner === undefined) return UNANSWERED;
    return { ...winner, retryable: winner.subIndication === 'TRY_LATER' };
  }
  if (required.length === 0 || !required.every((name) => hasPassed(name, checks))) return UNANSWERED;
  return { indication: 'TOTAL-PASSED', subIndication: null, retryable: false };
}

/** The check is there, and passed as often as it is there. A plain walk: it is asked of every required check, twice. */
function hasPassed(name: string, checks: readonly CheckResult[]): boolean {
  let found = false;
  for (const { check, outcome } of checks) {
    if (check !== name) continue;
    if (outcome !== 'passed') return false;
    found = true;
  }
  return found;
}

/**
 * The verdict over a container with several signatures, from the verdict over each: all must pass, else the weightiest
 * failure of any, else (one gave no answer) INDETERMINATE. No signature is INDETERMINATE.
 */
export function concludeSeveral(conclusions: readonly Conclusion[]): Conclusion {
  const rest = conclusions.filter(({ indication }) => indication !== 'TOTAL-PASSED');
  const winner = SUB_INDICATIONS.find((row) => rest.some((one) => one.subIndication === row.subIndication));
  const { indication, subIndication, retryable } =
    rest.find((one) => one.subIndication === winner?.subIndication) ?? rest[0] ?? conclusions[0] ?? UNANSWERED;
  return { indication, subIndication, retryable };
}
