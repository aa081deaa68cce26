-- The owner verifies the trail of all tenants; the application's login sees the lines of the tenant that is set.
create policy owner_read on audit_pruning for select to current_user using (true);
