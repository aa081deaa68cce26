-- The canonical encoding of an audit line (src/core/audit/audit-line.ts), so that lines of all tenants are hashed where
-- they lie and never shown to the application.
create function audit_text(p text) returns bytea language sql stable as $$
  select case when p is null then '\xffffffff'::bytea
              else int4send(octet_length(convert_to(p, 'UTF8'))) || convert_to(p, 'UTF8') end;
$$;

create function audit_line_octets(p audit_unsealed) returns bytea language sql stable as $$
  select '\x01'::bytea || uuid_send(p.salt) || uuid_send(p.tenant_id)
      || int8send((extract(epoch from p.at) * 1000)::bigint) || int4send(p.count)
      || audit_text(p.id) || audit_text(p.actor) || audit_text(p.allowed_by) || audit_text(p.act)
      || audit_text(p.target) || audit_text(p.outcome) || audit_text(p.from_address) || audit_text(p.request_id);
$$;
