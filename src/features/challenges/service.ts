import { createHash, randomBytes } from 'node:crypto';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { FieldIdentity, TenantVault, Vault } from '../../platform/vault/vault.ts';
import { idempotencyFacts, openAnswer, sealAnswer } from '../idempotency.ts';
import type { RequestOptions } from '../request-options.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { buildContent } from './content.ts';
import { createChallengeStore } from './store.ts';
import type { ChallengeRequest, ChallengeResponse } from './wire.ts';

export type { ChallengeKind } from './wire.ts';

export interface ChallengeServiceDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
}

export interface ChallengeService {
  issue(caller: Caller, request: ChallengeRequest, options: RequestOptions): Promise<ServiceResult<ChallengeResponse>>;
}

const OPERATION = 'challenges.issue';
const NONCE_OCTETS = 32;
const TTL_SECONDS = { least: 30, most: 3_600, usual: 300 };

export function createChallengeService({ database, vault, clock }: ChallengeServiceDependencies): ChallengeService {
  const store = createChallengeStore(database);
  return {
    async issue(caller, request, options) {
      const { kind, purpose, text, ttlSeconds = TTL_SECONDS.usual } = request;
      if (!(ttlSeconds >= TTL_SECONDS.least && ttlSeconds <= TTL_SECONDS.most)) {
        const sentence = `must be from ${TTL_SECONDS.least} to ${TTL_SECONDS.most}`;
        return problem('invalid-request', '/ttlSeconds', sentence);
      }
      const { tenantId } = caller;
      const sealed = await vault.open(tenantId);
      const now = clock.now();
      const issuedAt = new Date(now).toISOString();
      const challengeId = newId('chl', now);
      const content = buildContent({ kind, tenantId, purpose, issuedAt, nonce: randomBytes(NONCE_OCTETS), text });
      const expiresAt = now + ttlSeconds * 1000;
      const answer: ChallengeResponse = {
        challengeId,
        content: Buffer.from(content).toString('base64'),
        digest: { algorithm: 'SHA-256', value: createHash('sha256').update(content).digest('base64') },
        expiresAt: formatInstant(expiresAt),
      };
      const facts = {
        challengeId,
        eventId: newId('evt', now),
        auditId: newId('aud', now),
        allowedBy: caller.right,
        fromAddress: caller.address,
        clientId: caller.clientId,
        requestId: options.requestId,
        kind,
        purpose,
        issuedAt,
        expiresAt: new Date(expiresAt).toISOString(),
      };
      const sealedContent = sealed.encrypt('evidence', contentIdentity(tenantId, challengeId), content);
      return withHashes(vault.hashes, async (hashes): Promise<ServiceResult<ChallengeResponse>> => {
        const key = idempotencyFacts(hashes, caller, OPERATION, options, now);
        const sealedAnswer = sealAnswer(sealed, caller, key, answer);
        const recorded = await store.recordChallenge(
          tenantId,
          { ...facts, idempotency: key },
          sealedContent,
          sealedAnswer,
        );
        if (recorded.outcome === 'key-reused') return problem('idempotency-key-reused');
        if (key === null || recorded.answer === null) return { ok: true, value: answer };
        const first = { keyHash: recorded.key_hash, answer: recorded.answer };
        return { ok: true, value: openAnswer(sealed, caller, key, first), replayed: true };
      });
    },
  };
}

/** The bytes that were issued, out of their column. */
export function openChallengeContent(
  sealed: TenantVault,
  tenantId: string,
  challengeId: string,
  content: Uint8Array,
): Uint8Array {
  return sealed.decrypt('evidence', contentIdentity(tenantId, challengeId), content);
}

function contentIdentity(tenantId: string, challengeId: string): FieldIdentity {
  return { table: 'challenge', column: 'content', rowId: challengeId, tenantId };
}
