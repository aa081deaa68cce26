import { readFileSync } from 'node:fs';
import { isolateTenant } from './parts/tenant-isolation.js';

const sql = readFileSync(new URL('./parts/policy_version.sql', import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** Policies and deployment settings have a number that rises with each change, and each of them is kept. */
export async function up(knex) {
  await knex.raw(`
    create table tenant_policy (
      tenant_id uuid not null references tenant (id),
      version integer not null check (version > 0),
      policy jsonb not null,
      in_force_from timestamptz(3) not null default now(),
      primary key (tenant_id, version)
    );
    comment on table tenant_policy is 'every policy that was ever in force; verifications name theirs by its number';
    ${isolateTenant('tenant_policy')}

    create table deployment_rules (
      version integer primary key check (version > 0),
      sha256 bytea not null references public_document (sha256),
      in_force_from timestamptz(3) not null default now()
    );
    comment on table deployment_rules is 'the settings of the deployment that verifications were judged by, by turns; their text is a public document';
  `);
  await knex.raw(sql.replaceAll('?', '\\?'));
}
