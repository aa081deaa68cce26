import type { ChallengeFacts } from '../../core/verification/challenge-facts.ts';
import { CaseFields } from './case-fields.ts';
import { CaseProblem } from './verdict.ts';

const FIELDS = ['challengeId', 'kind', 'purpose', 'content', 'issuedAt', 'expiresAt', 'usedAt'];
const KINDS = ['signature', 'card-presence'] as const;
const MAX_CHALLENGES = 1024;

/**
 * What is on file about the challenge that a request names, out of `challenges` of its case: a challenge as it was issued,
 * with its purpose. One that the case does not hold is an unknown one.
 */
export function readChallenge(fields: CaseFields, challengeId: string | undefined): ChallengeFacts {
  const list = fields.raw('challenges') ?? [];
  if (!Array.isArray(list) || list.length > MAX_CHALLENGES)
    throw new CaseProblem(`"challenges" must be a list of at most ${MAX_CHALLENGES} challenges`);
  const known = new Map<string, ChallengeFacts>();
  for (const [i, one] of list.entries()) {
    const challenge = new CaseFields(one, FIELDS, `challenges[${i}].`);
    const id = challenge.text('challengeId');
    if (known.has(id)) throw new CaseProblem(`"challenges[${i}].challengeId" stands there twice`);
    known.set(id, factsOf(challenge));
  }
  if (challengeId === undefined) return { state: 'none' };
  return known.get(challengeId) ?? { state: 'unknown' };
}

function factsOf(challenge: CaseFields): ChallengeFacts {
  const expiresAt = challenge.instant('expiresAt');
  return {
    state: 'known',
    kind: challenge.choice('kind', KINDS, 'signature'),
    purpose: challenge.text('purpose'),
    content: challenge.octets('content'),
    // It proves that the signature is not older, which no field of a verdict tells.
    issuedAt: challenge.has('issuedAt') ? challenge.instant('issuedAt') : 0,
    expiresAt,
    usedAt: challenge.has('usedAt') ? challenge.instant('usedAt') : null,
  };
}
