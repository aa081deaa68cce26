import type { AcceptedEvidence, Refusal, RefusalCode } from './status.ts';

/** What AcceptedEvidence says, before it is one. */
export type EvidenceFacts = Pick<
  AcceptedEvidence,
  'method' | 'says' | 'thisUpdate' | 'nextUpdate' | 'producedAt' | 'crlNumber' | 'der'
>;

/**
 * The one place where evidence becomes accepted. Called by concludeFromOcsp and concludeFromCrl alone, after the last of
 * their rules.
 */
export function acceptEvidence(facts: EvidenceFacts): AcceptedEvidence {
  return facts as AcceptedEvidence;
}

export function refuse(refused: RefusalCode, detail: string): Refusal {
  return { refused, detail };
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}
