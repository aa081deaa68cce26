import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** Tenants, and the clients that call on their behalf. API keys are kept as keyed hashes alone. */
export async function up(knex) {
  await knex.raw(`
    create table tenant (
      id uuid primary key,
      name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      role text not null check (role in ('verifier', 'service-provider', 'operator')),
      authority jsonb,
      policy jsonb not null,
      status text not null default 'active' check (status in ('active', 'suspended')),
      created_at timestamptz not null
    );
    comment on column tenant.authority is 'accreditation or contract reference, with dates';
    ${isolateTenant('tenant', 'id')}

    create table client (
      tenant_id uuid not null references tenant (id),
      id text not null,
      name text,
      scopes text[] not null,
      external_id text,
      certificate_sha256 bytea check (octet_length(certificate_sha256) = 32),
      created_at timestamptz not null,
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz,
      primary key (tenant_id, id)
    );
    comment on column client.external_id is 'its id at the authorization server; unique over all tenants, for a token says nothing else';
    comment on column client.certificate_sha256 is 'of the TLS client certificate without which it may not call';
    comment on column client.last_used_at is 'to the minute';
    create unique index client_external_id on client (external_id) where external_id is not null and revoked_at is null;
    ${isolateTenant('client')}

    create table client_key (
      tenant_id uuid not null references tenant (id),
      id text not null,
      client_id text not null,
      key_hash bytea not null unique,
      created_at timestamptz not null,
      ends_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, client_id) references client (tenant_id, id)
    );
    comment on column client_key.key_hash is 'HMAC of the API key under a deployment key; unique over all tenants';
    comment on column client_key.ends_at is 'set when a further key is made: the overlap';
    create index client_key_client on client_key (tenant_id, client_id);
    ${isolateTenant('client_key')}
  `);
}
