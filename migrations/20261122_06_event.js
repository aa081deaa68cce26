import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** What happened, appended in the transaction in which it happened; and the answers kept for an Idempotency-Key. */
export async function up(knex) {
  await knex.raw(`
    create table event (
      tenant_id uuid not null,
      id text collate "C" not null,
      type text not null,
      occurred_at timestamptz not null,
      -- a later id may be seen before an earlier one commits: readers order by the transaction and stop at the oldest running one
      transaction_id xid8 not null default pg_current_xact_id(),
      client_id text,
      request_id text,
      challenge_id text,
      verification_id text,
      certificate_id text,
      subject_id text,
      primary key (tenant_id, transaction_id, id)
    );
    comment on table event is 'ids only, no personal data; rows are appended, never rewritten';
    ${isolateTenant('event')}

    create table idempotency_key (
      tenant_id uuid not null,
      client_id text not null,
      operation text not null,
      key_hash bytea not null,
      body_hash bytea not null,
      answer bytea not null,
      answer_ids json not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (tenant_id, client_id, operation, key_hash)
    );
    comment on column idempotency_key.answer is 'encrypted; ids that the database gave stand in answer_ids';
    create index idempotency_key_expires_at on idempotency_key (expires_at);
    ${isolateTenant('idempotency_key')}
  `);
}
