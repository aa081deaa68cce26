import { readFileSync } from 'node:fs';
import { isolateTenant } from './parts/tenant-isolation.js';

const sql = readFileSync(new URL('./parts/lease_requests.sql', import.meta.url), 'utf8');

export { forwardOnly as down } from './parts/forward-only.js';

/** What each client has taken of its minute, its day and its month, over all replicas. */
export async function up(knex) {
  await knex.raw(`
    create table request_quota (
      tenant_id uuid not null references tenant (id),
      client_id text not null,
      minute_start timestamptz not null,
      minute_taken bigint not null default 0,
      day_start timestamptz not null,
      day_taken bigint not null default 0,
      month_start timestamptz not null,
      month_taken bigint not null default 0,
      primary key (tenant_id, client_id)
    ) with (fillfactor = 50);
    comment on table request_quota is 'written once a lease, not once a request; days and months are Japan''s';
    ${isolateTenant('request_quota')}
  `);
  await knex.raw(sql.replaceAll('?', '\\?'));
}
