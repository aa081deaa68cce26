import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** Wrapped data keys of the vault, and what tells that the deployment's keys are still the same ones. */
export async function up(knex) {
  await knex.raw(`
    create table data_key (
      tenant_id uuid not null references tenant (id),
      purpose text not null,
      version integer not null,
      wrapped_key bytea not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, purpose, version)
    );
    ${isolateTenant('data_key')}

    create table deployment_key (
      purpose text not null,
      version integer not null,
      check_value bytea not null,
      created_at timestamptz not null default now(),
      primary key (purpose, version)
    );
    comment on table deployment_key is 'belongs to no tenant: check values only, never key material';
  `);
}
