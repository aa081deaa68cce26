-- The sealer belongs to no tenant, hence SECURITY DEFINER. It moves lines as they are and gives out their hashes alone.
create policy sealer_read on audit_unsealed for select to current_user using (true);
create policy sealer_delete on audit_unsealed for delete to current_user using (true);
create policy sealer_read on audit_line for select to current_user using (true);
create policy sealer_insert on audit_line for insert to current_user with check (true);

-- Moves at most p_limit lines, whatever their age and order, into the next batch, and gives their leaf hashes; the caller
-- then inserts the seal, in the same transaction. What commits while this runs is taken next time: nothing is passed over,
-- because a line stays where it is until it is taken. No row when another sealer is at it, when there is nothing, or
-- when the last seal is younger than p_pause and a batch is not full.
create function audit_gather_batch(p_now timestamptz, p_limit integer, p_pause interval)
returns table (batch bigint, tree_size integer, leaves bytea)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  v_last audit_seal;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('audit_seal', 0)) then return; end if;
  select * into v_last from audit_seal order by batch desc limit 1;
  if v_last.sealed_at > p_now - p_pause and v_last.sealed_at <= p_now
    and (select count(*) from (select from audit_unsealed limit p_limit) waiting) < p_limit then return;
  end if;
  batch := coalesce(v_last.batch, 0) + 1;
  with taken as (
    delete from audit_unsealed u where u.ctid = any (array(select ctid from audit_unsealed limit p_limit)) returning u
  ), placed as (
    select u, (row_number() over (order by (u).at, (u).id) - 1)::integer as position from taken
  ), moved as (
    insert into audit_line
    select audit_gather_batch.batch, position, (u).* from placed
  )
  select count(*), string_agg(sha256('\x00'::bytea || audit_line_octets(u)), '' order by position)
    into tree_size, leaves from placed;
  if tree_size = 0 then return; end if;
  insert into audit_batch (batch, leaves) values (audit_gather_batch.batch, audit_gather_batch.leaves);
  return next;
end;
$$;

-- For the metric: how many lines wait to be sealed (as far as a hundred thousand), and since when.
create function audit_waiting() returns table (lines bigint, oldest timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), min(at) from (select at from audit_unsealed limit 100000) waiting;
$$;

revoke execute on function audit_gather_batch(timestamptz, integer, interval) from public;
revoke execute on function audit_waiting() from public;
