import { formatInstant } from '../../core/rfc3339.ts';
import type { TenantPolicy } from './caller.ts';
import type { ClientRow } from './client-store.ts';
import type { TenantRow } from './tenant-store.ts';
import type { ClientView, Page, TenantView } from './wire.ts';

const instant = (date: Date): string => formatInstant(date.getTime());
const orNull = (date: Date | null): string | null => (date === null ? null : instant(date));

export function toTenantView(row: TenantRow, defaults: TenantPolicy): TenantView {
  const { version = null, ...policy } = row.policy;
  return {
    tenantId: row.id,
    name: row.name,
    role: row.role,
    status: row.status,
    policy: { ...defaults, ...policy },
    policyVersion: version,
    authority: row.authority,
    createdAt: instant(row.created_at),
  };
}

export function toClientView(tenant: string, row: ClientRow, now: number): ClientView {
  const keys = row.keys.filter(({ ends_at }) => ends_at === null || ends_at.getTime() > now);
  return {
    clientId: row.id,
    tenant,
    name: row.name,
    scopes: row.scopes,
    externalId: row.external_id,
    certificateSha256: row.certificate_sha256?.toString('hex') ?? null,
    createdAt: instant(row.created_at),
    expiresAt: orNull(row.expires_at),
    revokedAt: orNull(row.revoked_at),
    lastUsedAt: orNull(row.last_used_at),
    keys:
      row.revoked_at === null
        ? keys.map((key) => ({ keyId: key.id, createdAt: instant(key.created_at), endsAt: orNull(key.ends_at) }))
        : [],
  };
}

/** A page out of one row more than it holds. */
export function pageOf<Row, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  cursorOf: (row: Row) => string,
): Page<View> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(view), nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
