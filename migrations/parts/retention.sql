-- Deleting what is past its term (deletion.sql): holds, ends of relations and terms are read again under the lock that
-- placing a hold and ending a relation take as well; terms by the clock of the database too, so that an application whose
-- clock is wrong deletes nothing early.

create function retention_lock(p_tenant uuid) returns bigint
language sql immutable as $$ select hashtextextended('retention/' || p_tenant, 0) $$;

-- The last day whose term is over. p_period: ISO 8601. A day of leeway at the end of February: it is the application that
-- counts as the Civil Code does.
create function last_day_over(p_period text, p_cutoff date) returns date
language sql stable as $$
  select least(p_cutoff, ((now() at time zone 'Asia/Tokyo')::date - p_period::interval)::date);
$$;

create function is_held(p_tenant uuid, p_subject text, p_verification text) returns boolean
language sql stable as $$
  select exists (
    select from legal_hold h where h.tenant_id = p_tenant and h.lifted_at is null and h.subject_id = p_subject
  ) or exists (
    select from legal_hold h where h.tenant_id = p_tenant and h.lifted_at is null and h.verification_id = p_verification
  );
$$;
