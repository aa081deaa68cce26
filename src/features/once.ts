import type { Transaction } from '../platform/database/database.ts';
import type { HashGeneration } from '../platform/vault/vault.ts';
import { type IdempotencyFacts, idempotencyFacts } from './idempotency.ts';
import type { RequestOptions } from './request-options.ts';

/** A request with an Idempotency-Key whose act makes one thing, known by its id; kept in the tenant of that thing. */
export interface KeyedRequest {
  readonly tenantId: string;
  readonly clientId: string;
  readonly key: IdempotencyFacts;
  readonly at: Date;
}

/** Null when the request came without a key. */
export function keyedRequest(
  hashes: Pick<HashGeneration, 'lookup' | 'requestBody' | 'before' | 'epoch'>,
  who: { readonly tenantId: string; readonly clientId: string },
  operation: string,
  options: RequestOptions,
  now: number,
): KeyedRequest | null {
  const key = idempotencyFacts(hashes, who, operation, options, now);
  return key === null ? null : { tenantId: who.tenantId, clientId: who.clientId, key, at: new Date(now) };
}

export type Claim =
  /** To be done, and then kept by `keepId`, in this transaction. */
  { readonly state: 'first' } | { readonly state: 'replayed'; readonly id: string } | { readonly state: 'key-reused' };

/** Was it done before under this key? Whoever asks at the same time waits here until the first has committed. */
export async function claimKey(trx: Transaction, request: KeyedRequest | null): Promise<Claim> {
  if (request === null) return { state: 'first' };
  const { tenantId, clientId, key, at } = request;
  const sql = 'select is_same, answer_ids from first_answer(?, ?, ?, ?)';
  const values = [tenantId, clientId, JSON.stringify(key), at];
  const { rows } = await trx.raw<{ rows: { is_same: boolean; answer_ids: { id: string } }[] }>(sql, values);
  const first = rows[0];
  if (first === undefined) return { state: 'first' };
  return first.is_same ? { state: 'replayed', id: first.answer_ids.id } : { state: 'key-reused' };
}

/** Keeps the id alone: what was told of the thing once, a key above all, is told no second time. */
export async function keepId(trx: Transaction, request: KeyedRequest | null, id: string): Promise<void> {
  if (request === null) return;
  const { tenantId, clientId, key, at } = request;
  const values = [tenantId, clientId, JSON.stringify(key), Buffer.alloc(0), JSON.stringify({ id }), at];
  await trx.raw('select keep_answer(?, ?, ?, ?, ?, ?)', values);
}
