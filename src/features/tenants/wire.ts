import type { Authority } from './authority.ts';
import type { Scope, TenantPolicy, TenantRole } from './caller.ts';

/** Times are RFC 3339 in UTC with `Z`. */
export interface TenantView {
  readonly tenantId: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly status: 'active' | 'suspended';
  readonly policy: TenantPolicy;
  /** Rises with each change; each is kept. */
  readonly policyVersion: number | null;
  readonly authority: Authority | null;
  readonly createdAt: string;
}

export interface ClientView {
  readonly clientId: string;
  readonly tenant: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** Its id at the authorization server. */
  readonly externalId: string | null;
  /** Of the certificate without which it may not call, in hexadecimal. */
  readonly certificateSha256: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  /** Those that are or will be valid at some time from now on. */
  readonly keys: readonly { readonly keyId: string; readonly createdAt: string; readonly endsAt: string | null }[];
}

export interface CreateTenant {
  readonly name: string;
  readonly role?: TenantRole;
  readonly authority?: Authority;
}

export interface CreateClient {
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly name?: string;
  readonly expiresAt?: Date;
  readonly externalId?: string;
  /** 64 hexadecimal digits. */
  readonly certificateSha256?: string;
  /** False: it calls with access tokens alone. */
  readonly withKey?: boolean;
}

/** What is left out stays; null takes it away. */
export interface ChangeClient {
  readonly name?: string | null;
  readonly scopes?: readonly string[];
  readonly expiresAt?: Date | null;
  readonly externalId?: string | null;
  readonly certificateSha256?: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
