import { isolateTenant } from './parts/tenant-isolation.js';

export { forwardOnly as down } from './parts/forward-only.js';

/** Content issued for signing. Its bytes are encrypted: the text shown to the person may be about the person. */
export async function up(knex) {
  await knex.raw(`
    create table challenge (
      tenant_id uuid not null,
      id text not null,
      client_id text not null,
      kind text not null check (kind in ('signature', 'card-presence')),
      purpose text not null,
      content bytea not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      used_by text,
      primary key (tenant_id, id),
      check ((used_at is null) = (used_by is null))
    );
    create index challenge_expires_at on challenge (expires_at);
    ${isolateTenant('challenge')}
  `);
}
