import type { FieldIdentity, HashGeneration, TenantVault } from '../platform/vault/vault.ts';
import type { RequestOptions } from './request-options.ts';
import type { Caller } from './tenants/caller.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;

/** An Idempotency-Key as it is stored: key and body as keyed hashes, in hexadecimal. */
export interface IdempotencyFacts {
  readonly operation: string;
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly expiresAt: string;
  /** The same two under the key of before, while it is rotated: the answer may be kept under it. */
  readonly before: { readonly keyHash: string; readonly bodyHash: string } | null;
  /** Of the keys of these hashes. */
  readonly hashEpoch: number;
}

/** Null when the request came without a key. */
export function idempotencyFacts(
  hashes: Pick<HashGeneration, 'lookup' | 'requestBody' | 'before' | 'epoch'>,
  { tenantId }: Pick<Caller, 'tenantId'>,
  operation: string,
  options: RequestOptions,
  now: number,
): IdempotencyFacts | null {
  const { idempotencyKey, rawBody } = options;
  if (idempotencyKey === undefined) return null;
  const { lookup, requestBody } = hashes.before;
  return {
    operation,
    keyHash: hashes.lookup(tenantId, 'idempotency-key', idempotencyKey).toString('hex'),
    bodyHash: hashes.requestBody(tenantId, rawBody).toString('hex'),
    expiresAt: new Date(now + KEPT_MS).toISOString(),
    before:
      lookup === null || requestBody === null
        ? null
        : {
            keyHash: lookup(tenantId, 'idempotency-key', idempotencyKey).toString('hex'),
            bodyHash: requestBody(tenantId, rawBody).toString('hex'),
          },
    hashEpoch: hashes.epoch,
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

/** The answer given first; `keyHash`: under which it is kept. */
export function openAnswer<T>(
  vault: TenantVault,
  caller: Caller,
  { operation }: IdempotencyFacts,
  { keyHash, answer }: { readonly keyHash: Uint8Array | null; readonly answer: Uint8Array },
): T {
  if (keyHash === null) throw new Error('an answer came without the hash of its key');
  const key = { operation, keyHash: Buffer.from(keyHash).toString('hex') };
  return JSON.parse(vault.decrypt('idempotency', answerIdentity(caller, key), answer).toString()) as T;
}

function answerIdentity(
  { tenantId, clientId }: Caller,
  { operation, keyHash }: Pick<IdempotencyFacts, 'operation' | 'keyHash'>,
): FieldIdentity {
  return { table: 'idempotency_key', column: 'answer', rowId: `${clientId}/${operation}/${keyHash}`, tenantId };
}
