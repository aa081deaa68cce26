-- A lease of requests for one replica: at most what is left in the minute, the day and the month. What an earlier lease of
-- the replica left unspent is given back first: to its minute while that lasts, to its day and month. Windows only go
-- forward, whatever the clock of the asking replica says. The smaller the rest, the smaller the part that one replica gets.
create function lease_requests(
  p_tenant uuid, p_client text, p_per_minute bigint, p_per_day bigint, p_per_month bigint,
  p_wanted bigint, p_unspent bigint, p_unspent_minute timestamptz, p_at timestamptz
) returns table (
  granted bigint,
  minute_start timestamptz,
  minute_left bigint,
  day_left bigint,
  day_ends timestamptz,
  month_left bigint,
  month_ends timestamptz
)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  v_minute timestamptz := date_trunc('minute', p_at);
  v_day timestamptz := date_trunc('day', p_at, 'Asia/Tokyo');
  v_month timestamptz := date_trunc('month', p_at, 'Asia/Tokyo');
  v request_quota;
  v_left bigint;
  v_granted bigint;
begin
  perform set_config('app.tenant', p_tenant::text, true);
  insert into request_quota (tenant_id, client_id, minute_start, day_start, month_start)
    values (p_tenant, p_client, v_minute, v_day, v_month) on conflict (tenant_id, client_id) do nothing;
  select q.* into strict v from request_quota q where q.tenant_id = p_tenant and q.client_id = p_client for update;

  if v_minute > v.minute_start then v.minute_start := v_minute; v.minute_taken := 0; end if;
  if v_day > v.day_start then v.day_start := v_day; v.day_taken := 0; end if;
  if v_month > v.month_start then v.month_start := v_month; v.month_taken := 0; end if;

  if p_unspent > 0 then
    if p_unspent_minute = v.minute_start then
      v.minute_taken := greatest(0, v.minute_taken - p_unspent);
    end if;
    if date_trunc('day', p_unspent_minute, 'Asia/Tokyo') = v.day_start then
      v.day_taken := greatest(0, v.day_taken - p_unspent);
    end if;
    if date_trunc('month', p_unspent_minute, 'Asia/Tokyo') = v.month_start then
      v.month_taken := greatest(0, v.month_taken - p_unspent);
    end if;
  end if;

  v_left := greatest(0, least(
    p_per_minute - v.minute_taken,
    coalesce(p_per_day - v.day_taken, p_per_minute),
    coalesce(p_per_month - v.month_taken, p_per_minute)));
  v_granted := least(p_wanted, greatest(least(v_left, 1), v_left / 8));
  update request_quota q set
    minute_start = v.minute_start, minute_taken = v.minute_taken + v_granted,
    day_start = v.day_start, day_taken = v.day_taken + v_granted,
    month_start = v.month_start, month_taken = v.month_taken + v_granted
    where q.tenant_id = p_tenant and q.client_id = p_client;
  return query select
    v_granted,
    v.minute_start,
    greatest(0, p_per_minute - v.minute_taken - v_granted),
    greatest(0, p_per_day - v.day_taken - v_granted),
    (v.day_start at time zone 'Asia/Tokyo' + interval '1 day') at time zone 'Asia/Tokyo',
    greatest(0, p_per_month - v.month_taken - v_granted),
    (v.month_start at time zone 'Asia/Tokyo' + interval '1 month') at time zone 'Asia/Tokyo';
end;
$$;
