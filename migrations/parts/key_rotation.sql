-- A wish and what has been done of it. Only the owner asks; whoever works on it, the application's login too, says how far
-- it is. What is over stays over: else the application could open for itself what is open only while the owner wants it.
create function key_rotation_stays_over() returns trigger language plpgsql as $$
begin
  if old.state <> 'running' then
    raise exception 'this rotation is over' using errcode = '55000';
  end if;
  return new;
end;
$$;
create trigger key_rotation_stays_over before update on key_rotation for each row execute function key_rotation_stays_over();

create function is_rotating(p_kind text) returns boolean
language sql stable as $$
  select exists (select from key_rotation r where r.kind = p_kind and r.state = 'running');
$$;

-- A data key of the tenant that is set, wrapped anew. With the owner's rights, because the application's login can alter no
-- key: it may while the owner asked for it, and only where the wrapping is the one that it read.
create function replace_wrapping(p_purpose text, p_version integer, p_before bytea, p_wrapped bytea) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_count integer := 0;
begin
  if is_rotating('rewrap') then
    update data_key set wrapped_key = p_wrapped
      where tenant_id = current_setting('app.tenant')::uuid and purpose = p_purpose and version = p_version
        and wrapped_key = p_before;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end;
$$;

-- Likewise the deployment's own: the keys that sign seals, and those of hashes.
create function replace_deployment_wrapping(p_table text, p_id text, p_before bytea, p_wrapped bytea) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_count integer := 0;
begin
  if not is_rotating('rewrap') then
    return 0;
  end if;
  if p_table = 'audit_key' then
    update audit_key set private_key = p_wrapped where key_id = p_id and private_key = p_before;
  elsif p_table = 'hash_key' then
    update hash_key set wrapped_key = p_wrapped where purpose || '/' || version = p_id and wrapped_key = p_before;
  end if;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

-- Fields of the tenant that is set, sealed anew under the data key of now. Only columns that are sealed, only while the owner
-- asked for it, and each only where it is as it was read.
create function replace_sealed(
  p_table text, p_id_column text, p_column text, p_ids text[], p_before bytea[], p_sealed bytea[]
) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  v_count integer := 0;
begin
  if is_rotating('reencrypt') and exists (
    select from sealed_column s where s.table_name = p_table and s.id_column = p_id_column and s.column_name = p_column
  ) then
    execute format(
      'update %s t set %I = n.sealed from unnest($1, $2, $3) n(id, before, sealed)
         where t.tenant_id = current_setting(''app.tenant'')::uuid and t.%I = n.id and t.%2$I = n.before',
      p_table::regclass, p_column, p_id_column) using p_ids, p_before, p_sealed;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end;
$$;

revoke execute on function replace_wrapping(text, integer, bytea, bytea) from public;
revoke execute on function replace_deployment_wrapping(text, text, bytea, bytea) from public;
revoke execute on function replace_sealed(text, text, text, text[], bytea[], bytea[]) from public;
