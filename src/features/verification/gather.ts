import { equalBytes } from '../../core/bytes.ts';
import type { ChallengeFacts } from '../../core/verification/challenge-facts.ts';
import type { TenantVault } from '../../platform/vault/vault.ts';
import { openChallengeContent } from '../challenges/service.ts';
import { type IdempotencyFacts, openAnswer } from '../idempotency.ts';
import type { Caller } from '../tenants/caller.ts';
import type { AnswerIds, GatheredRow, VerificationStore } from './store.ts';
import type { VerificationResponse } from './wire.ts';

/** What there is before anything is judged: an answer given already under the key, or the challenge. */
export type Beforehand =
  | { readonly state: 'answered'; readonly answer: VerificationResponse; readonly ids: AnswerIds }
  | { readonly state: 'key-reused' }
  | { readonly state: 'new'; readonly challenge: ChallengeFacts };

/** One round trip; none where the request names neither challenge nor key. */
export async function gatherBeforehand(
  store: VerificationStore,
  sealed: TenantVault,
  caller: Caller,
  challengeId: string | undefined,
  key: IdempotencyFacts | null,
  at: number,
): Promise<Beforehand> {
  if (challengeId === undefined && key === null) return { state: 'new', challenge: { state: 'none' } };
  const { tenantId, clientId } = caller;
  const row = await store.loadBeforehand(tenantId, challengeId ?? null, clientId, key, new Date(at));
  if (key !== null && row?.body_hash != null) {
    const keyHash = row.key_hash;
    const former = key.before;
    const isUnderFormer =
      former !== null && keyHash !== null && equalBytes(keyHash, Buffer.from(former.keyHash, 'hex'));
    const { bodyHash } = isUnderFormer ? former : key;
    if (row.body_hash.toString('hex') !== bodyHash) return { state: 'key-reused' };
    const answer = openAnswer<VerificationResponse>(sealed, caller, key, { keyHash, answer: row.answer });
    return { state: 'answered', answer, ids: row.answer_ids };
  }
  if (challengeId === undefined) return { state: 'new', challenge: { state: 'none' } };
  return { state: 'new', challenge: toChallenge(row, challengeId, sealed, tenantId) };
}

function toChallenge(
  row: GatheredRow | undefined,
  challengeId: string,
  sealed: TenantVault,
  tenantId: string,
): ChallengeFacts {
  if (row === undefined || row.challenge_kind === null) return { state: 'unknown' };
  return {
    state: 'known',
    kind: row.challenge_kind,
    purpose: row.challenge_purpose,
    content: openChallengeContent(sealed, tenantId, challengeId, row.challenge_content),
    issuedAt: row.challenge_issued_at.getTime(),
    expiresAt: row.challenge_expires_at.getTime(),
    usedAt: row.challenge_used_at?.getTime() ?? null,
  };
}
