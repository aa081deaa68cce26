import type { FieldIdentity, KeyedHashes, TenantVault } from '../platform/vault/vault.ts';
import type { RequestOptions } from './request-options.ts';
import type { Caller } from './tenants/caller.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;

/** An Idempotency-Key as it is stored: key and body as keyed hashes, in hexadecimal. */
export interface IdempotencyFacts {
  readonly operation: string;
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly expiresAt: string;
}

/** Null when the request came without a key. */
export function idempotencyFacts(
  hashes: Pick<KeyedHashes, 'lookup' | 'requestBody'>,
  { tenantId }: Pick<Caller, 'tenantId'>,
  operation: string,
  options: RequestOptions,
  now: number,
): IdempotencyFacts | null {
  if (options.idempotencyKey === undefined) return null;
  return {
    operation,
    keyHash: hashes.lookup(tenantId, 'idempotency-key', options.idempotencyKey).toString('hex'),
    bodyHash: hashes.requestBody(tenantId, options.rawBody).toString('hex'),
    expiresAt: new Date(now + KEPT_MS).toISOString(),
  };
}

/** The answer to keep under the key, encrypted; null without a key. */
export function sealAnswer(
  vault: TenantVault,
  caller: Caller,
  key: IdempotencyFacts | null,
  answer: unknown,
): Buffer | null {
  if (key === null) return null;
  return vault.encrypt('idempotency', answerIdentity(caller, key), Buffer.from(JSON.stringify(answer)));
}

/** The answer given first. */
export function openAnswer<T>(vault: TenantVault, caller: Caller, key: IdempotencyFacts, answer: Uint8Array): T {
  return JSON.parse(vault.decrypt('idempotency', answerIdentity(caller, key), answer).toString()) as T;
}

function answerIdentity({ tenantId, clientId }: Caller, { operation, keyHash }: IdempotencyFacts): FieldIdentity {
  return { table: 'idempotency_key', column: 'answer', rowId: `${clientId}/${operation}/${keyHash}`, tenantId };
}
