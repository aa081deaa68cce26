-- The number stands within the policy, so that whoever reads the one has the other. A change that changes nothing has none.
create function number_policy() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.policy ? 'version' and new.policy - 'version' = old.policy - 'version' then
    new.policy := old.policy;
    return new;
  end if;
  new.policy := (new.policy - 'version') || jsonb_build_object('version', 1 +
    (select coalesce(max(p.version), 0) from tenant_policy p where p.tenant_id = new.id));
  return new;
end;
$$;

create function keep_policy() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.policy is distinct from old.policy then
    insert into tenant_policy (tenant_id, version, policy)
      values (new.id, (new.policy ->> 'version')::integer, new.policy - 'version');
  end if;
  return null;
end;
$$;

create trigger number_policy before insert or update of policy on tenant for each row execute function number_policy();
create trigger keep_policy after insert or update of policy on tenant for each row execute function keep_policy();

-- Tenants that are there already begin with 1.
do $$
declare
  v_id uuid;
begin
  for v_id in select id from tenant loop
    perform set_config('app.tenant', v_id::text, true);
    update tenant set policy = policy where id = v_id;
  end loop;
end;
$$;

-- The number of the settings that a process was started with: a further one where they are not the last ones.
create function rules_version(p_sha256 bytea) returns integer language plpgsql volatile as $$
declare
  v_last deployment_rules;
begin
  perform pg_advisory_xact_lock(hashtextextended('deployment_rules', 0));
  select * into v_last from deployment_rules order by version desc limit 1;
  if v_last.sha256 = p_sha256 then
    return v_last.version;
  end if;
  insert into deployment_rules (version, sha256) values (coalesce(v_last.version, 0) + 1, p_sha256);
  return coalesce(v_last.version, 0) + 1;
end;
$$;
