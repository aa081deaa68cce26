import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Instant } from '../instant.ts';
import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed, reported } from '../verdict/result.ts';
import type { ChallengeFacts } from './challenge-facts.ts';
import type { SignedMatter } from './signed-object.ts';

const ACCEPTANCE = 'ETSI EN 319 102-1 §5.2.8';

/** Signature acceptance by challenge. Failures: SIG_CONSTRAINTS_FAILURE. */
export const CHALLENGE_CHECKS = {
  required: { check: 'challenge.required', clause: `${ACCEPTANCE}; tenant policy challengeRequired` },
  known: { check: 'challenge.known', clause: `${ACCEPTANCE}; issued to this tenant` },
  unused: { check: 'challenge.unused', clause: `${ACCEPTANCE}; a challenge serves once` },
  fresh: { check: 'challenge.fresh', clause: `${ACCEPTANCE}; before expiresAt` },
  purpose: { check: 'challenge.purpose', clause: `${ACCEPTANCE}; same kind and purpose` },
  content: { check: 'challenge.content', clause: `${ACCEPTANCE}; the signed content is the challenge` },
} as const satisfies Record<string, CheckIdentity>;

const { required, known, unused, fresh, purpose, content } = CHALLENGE_CHECKS;
const FAILURE = 'SIG_CONSTRAINTS_FAILURE';
/** Of a challenge that is not known, and of none. */
const NOTHING_KNOWN = [unused, fresh, purpose, content].map((identity) => notApplicable(identity));
const NOTHING_NAMED = [notApplicable(known), ...NOTHING_KNOWN];

export interface ChallengeInput {
  readonly challenge: ChallengeFacts;
  readonly challengeRequired: boolean;
  /** The purpose of the verification. */
  readonly purpose: string;
  /** What the signature is over; undefined when the request gives nothing. */
  readonly matter: SignedMatter | undefined;
  readonly at: Instant;
  readonly crypto: Pick<CryptoPrimitives, 'digest'>;
}

export function validateChallenge(input: ChallengeInput): readonly CheckResult[] {
  const { challenge, challengeRequired, at } = input;
  if (challenge.state === 'none') {
    const named = challengeRequired ? failed(required, FAILURE) : reported(required, { challenge: 'none' });
    return [named, ...NOTHING_NAMED];
  }
  if (challenge.state === 'unknown') return [passed(required), failed(known, FAILURE), ...NOTHING_KNOWN];
  const verdict = (identity: CheckIdentity, holds: boolean) => (holds ? passed(identity) : failed(identity, FAILURE));
  return [
    passed(required),
    passed(known),
    verdict(unused, challenge.usedAt === null),
    verdict(fresh, at < challenge.expiresAt),
    verdict(purpose, challenge.kind === 'signature' && challenge.purpose === input.purpose),
    verdict(content, isOver(input.matter, challenge.content, input.crypto)),
  ];
}

function isOver(matter: SignedMatter | undefined, expected: Uint8Array, crypto: ChallengeInput['crypto']): boolean {
  if (matter === undefined) return false;
  if (matter.content !== undefined) return equalBytes(matter.content, expected);
  return equalBytes(matter.digest.value, crypto.digest(matter.digest.algorithm, expected));
}
