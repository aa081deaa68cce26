/**
 * Row-level security of a table whose rows belong to one tenant, for the owner too. The application sets `app.tenant`
 * for each transaction; after a transaction-local setting current_setting gives '' (not null), hence nullif.
 * Tables that requests write have no foreign key to tenant: the policy holds each row to the tenant that authenticated,
 * tenants are never deleted, and all of a tenant's requests would lock its one row, for each of theirs.
 */
export function isolateTenant(table, column = 'tenant_id') {
  const mine = `${column} = nullif(current_setting('app.tenant', true), '')::uuid`;
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy tenant_isolation on ${table} using (${mine}) with check (${mine});
  `;
}
