import type { CheckDetail, CheckResult, SubIndication } from './check.ts';

/** What a check is, apart from how it went: its stable dotted name and the text that it comes from. */
export interface CheckIdentity {
  readonly check: string;
  readonly clause: string;
}

/** Most checks have nothing to tell: one empty detail serves them all. */
const NOTHING: CheckDetail = Object.freeze({});

export function passed({ check, clause }: CheckIdentity, detail = NOTHING): CheckResult {
  return { check, clause, outcome: 'passed', subIndication: null, detail };
}

export function failed({ check, clause }: CheckIdentity, subIndication: SubIndication, detail = NOTHING): CheckResult {
  return { check, clause, outcome: 'failed', subIndication, detail };
}

export function reported({ check, clause }: CheckIdentity, detail = NOTHING): CheckResult {
  return { check, clause, outcome: 'reported', subIndication: null, detail };
}

export function notApplicable({ check, clause }: CheckIdentity, detail = NOTHING): CheckResult {
  return { check, clause, outcome: 'not-applicable', subIndication: null, detail };
}
