import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** Tenants, and the clients that call on their behalf. API keys are kept as keyed hashes alone. */
export async function up(knex) {
  await knex.raw(`
    create table tenant (
      id uuid primary key,
      name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      role text not null check (role in ('verifier', 'service-provider')),
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
      key_hash bytea not null unique,
      scopes text[] not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      revoked_at timestamptz,
      primary key (tenant_id, id)
    );
    comment on column client.key_hash is 'HMAC of the API key under a deployment key; unique over all tenants';
    ${isolateTenant('client')}
  `);
}
