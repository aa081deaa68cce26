import { createKeyStore } from './parts/key-store.js';

/** What the application's login may do, table by table: nothing appended can be rewritten, nothing else is granted. */
const TABLE_RIGHTS = {
  tenant: 'select, insert, update (policy, status)',
  tenant_policy: 'select',
  client:
    'select, insert, update (name, scopes, external_id, certificate_sha256, expires_at, revoked_at, last_used_at)',
  client_key: 'select, insert, update (ends_at)',
  request_quota: 'select, insert, update',
  data_key: 'select, insert',
  deployment_key: 'select, insert',
  hash_key: 'select',
  hash_epoch: 'select',
  key_rotation:
    'select, update (state, due_at, after, tenants, done, unreadable, key_id, trouble, ended_at, worker, lease_until)',
  challenge: 'select, insert, update (used_at, used_by)',
  subject: 'select, insert, update (relation_ended_on)',
  certificate: 'select, insert, update (revoked_at, revocation_reason, revocation_found_at)',
  subject_attributes: 'select, insert',
  verification: 'select, insert',
  evidence: 'select, insert',
  evidence_timestamp: 'select, insert',
  event: 'select, insert',
  legal_hold: 'select, insert, update (lifted_at, lifted_by)',
  deletion_record: 'select',
  public_document: 'select, insert',
  deployment_rules: 'select, insert',
  idempotency_key: 'select, insert, update',
  audit_unsealed: 'select, insert',
  audit_line: 'select',
  audit_batch: 'select',
  audit_seal: 'select, insert',
  audit_key: 'select, insert',
  audit_pruning: 'select',
  audit_delivery: 'select, insert, update',
  audit_timestamp: 'select, insert',
  audit_timestamp_attempt: 'select, insert, update',
  'key_store.record_key': 'select, insert',
};

/**
 * Functions that run with the owner's rights, over tenants or to do what the login itself may not; everyone else is denied
 * them. Their reasons stand at their definition.
 */
const FUNCTIONS = [
  'client_by_key_hash(bytea)',
  'client_by_external_id(text)',
  'move_client_key(bytea, bytea, integer)',
  'move_hashes(text, integer, text[], bytea[], bytea[])',
  'clients_under_former_key(timestamptz, integer)',
  'answers_under_former_key(timestamptz)',
  'retire_hash_key(text)',
  'replace_wrapping(text, integer, bytea, bytea)',
  'replace_deployment_wrapping(text, text, bytea, bytea)',
  'replace_sealed(text, text, text, text[], bytea[], bytea[])',
  'tenant_by_name(text)',
  'list_tenants(text, integer)',
  'purge_challenges(timestamptz, integer)', // does nothing: older replicas call it
  'purge_idempotency_keys(timestamptz, integer)',
  'audit_gather_batch(timestamptz, integer, interval)',
  'audit_prune(timestamptz, integer, text, timestamptz)',
  'audit_waiting()',
  'delete_verifications(text[], text[], text, date, timestamptz, text, text, text, date)',
  'delete_challenges(text, text, date, integer, timestamptz, text, text, date)',
  'delete_subject(text, text, text, date, timestamptz, text, text, text, date)',
];

/**
 * What a restored backup may be without; run as the owner after every migrate, before the grants. Gives what was made anew:
 * in the key store that is missing stood what opens the records of before.
 */
export async function complete(trx) {
  const { rows } = await trx.raw(`select to_regclass('key_store.record_key') is null as missing`);
  if (!rows[0].missing) return [];
  await trx.raw('drop schema if exists key_store');
  await createKeyStore(trx);
  return ['key_store'];
}

/** Run after every migrate; `login` is the quoted name of the role. */
export async function grant(trx, login) {
  await trx.raw(`grant usage on schema key_store to ${login}`);
  await trx.raw(`revoke all on all tables in schema key_store from ${login}`);
  for (const [table, rights] of Object.entries(TABLE_RIGHTS)) {
    await trx.raw(`grant ${rights} on table ${table} to ${login}`);
  }
  for (const signature of FUNCTIONS) await trx.raw(`grant execute on function ${signature} to ${login}`);
}
