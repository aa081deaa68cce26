import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { HashGeneration, RotatingHashes } from '../../platform/vault/vault.ts';
import type { Authenticated, Refusal } from './authenticated.ts';
import type { AuthenticationStore, FoundClient } from './authentication-store.ts';
import type { Caller, Scope } from './caller.ts';
import { defaultPolicy } from './policy.ts';
import { createRecentCallers } from './recent-callers.ts';

/** What a verified access token says. */
export interface TokenFacts {
  /** The client's id at the authorization server. */
  readonly externalId: string;
  readonly scopes: ReadonlySet<string>;
  /** Milliseconds. */
  readonly expiresAt: number;
  /** RFC 8705 §3: of the certificate that the token is bound to, in hexadecimal. */
  readonly certificateSha256: string | null;
}

export interface Authentication {
  /** Who calls with this key. */
  authenticate(apiKey: string): Promise<Authenticated>;
  /** Who calls with this access token; `verify` is asked when it was not seen lately, and may reject. */
  authenticateToken(token: string, verify: () => Promise<TokenFacts>): Promise<Authenticated>;
}

const API_KEY = /^jpk_[A-Za-z0-9_-]{43}$/;
/** How often a client's last use is written. */
const USE_WRITTEN_MS = 60_000;
const STRANGER: Authenticated = { ok: false, code: 'unauthenticated' };

export function createAuthentication(parts: {
  readonly store: AuthenticationStore;
  readonly hashes: RotatingHashes;
  readonly clock: Clock;
  readonly mode: 'sandbox' | 'production';
}): Authentication {
  const { store, hashes, clock, mode } = parts;
  const recentCallers = createRecentCallers(() => clock.now());

  const admit = (
    row: FoundClient,
    scopes: ReadonlySet<Scope>,
    endsAt: number | null,
    tokenCertificate: string | null = null,
  ): Authenticated => {
    const now = clock.now();
    if (row.last_used_at === null || row.last_used_at.getTime() <= now - USE_WRITTEN_MS) {
      // nobody waits for it, and a call is not lost for it
      store.recordUse(row.tenant_id, row.client_id, new Date(now)).catch(() => undefined);
    }
    const bound = [row.certificate_sha256?.toString('hex') ?? null, tokenCertificate];
    const certificates = bound.filter((sha256) => sha256 !== null);
    return { ok: true, caller: toCaller(row, scopes, mode), certificates, endsAt };
  };

  async function findUnder(generation: HashGeneration, apiKey: string): Promise<FoundClient | undefined> {
    const hash = generation.apiKey(apiKey);
    const former = generation.before.apiKey?.(apiKey);
    // first under the key of before: keys are moved from there, and one that just was is found after it
    const found = former === undefined ? undefined : await store.findByKey(former);
    if (former !== undefined && found !== undefined && isSameKey(found, former)) {
      // refused where the former key is none any more; another replica may do the same
      await store.moveKey(former, hash, generation.epoch);
      return found;
    }
    const row = await store.findByKey(hash);
    return row !== undefined && isSameKey(row, hash) ? row : undefined;
  }

  return {
    async authenticate(apiKey) {
      if (!API_KEY.test(apiKey)) return STRANGER;
      return recentCallers(hashes.apiKey(apiKey).toString('latin1'), async () => {
        const find = () => withHashes(hashes, (generation) => findUnder(generation, apiKey));
        let row = await find();
        // asked after the look-up: what was not found under all keys in use is nowhere
        if (row === undefined && (await hashes.isOutdated())) {
          await hashes.refresh();
          row = await find();
        }
        if (row === undefined) return STRANGER;
        const refusal = refuseClient(row, clock.now());
        if (refusal !== undefined) return { ok: false, code: refusal };
        return admit(row, new Set(row.scopes), earliest(row.expires_at, row.key_ends_at));
      });
    },

    authenticateToken(token, verify) {
      return recentCallers(createHash('sha256').update(token).digest('base64'), async () => {
        const { externalId, scopes, expiresAt, certificateSha256 } = await verify();
        const row = await store.findByExternalId(externalId);
        if (row === undefined) return { ok: false, code: 'token-client-unknown' };
        const refusal = refuseClient(row, clock.now());
        if (refusal !== undefined) return { ok: false, code: refusal };
        // the client's own scopes are the most that a token can give
        const granted = row.scopes.filter((scope) => scopes.has(scope));
        return admit(row, new Set(granted), earliest(row.expires_at, new Date(expiresAt)), certificateSha256);
      });
    },
  };
}

function isSameKey({ key_hash }: FoundClient, keyHash: Buffer): boolean {
  return key_hash !== null && key_hash.length === keyHash.length && timingSafeEqual(key_hash, keyHash);
}

/** An instant itself is past the end. */
function refuseClient(row: FoundClient, now: number): Refusal | undefined {
  if (row.revoked_at !== null) return 'key-revoked';
  const endsAt = earliest(row.expires_at, row.key_ends_at);
  if (endsAt !== null && endsAt <= now) return 'key-expired';
  return row.tenant_status === 'active' ? undefined : 'tenant-suspended';
}

function earliest(...instants: (Date | null)[]): number | null {
  const known = instants.flatMap((instant) => (instant === null ? [] : [instant.getTime()]));
  return known.length === 0 ? null : Math.min(...known);
}

/** Policies that came to be after the tenant hold their default. */
function toCaller(row: FoundClient, scopes: ReadonlySet<Scope>, mode: 'sandbox' | 'production'): Caller {
  const { version = null, ...policy } = row.policy;
  return {
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    tenantRole: row.tenant_role,
    policy: { ...defaultPolicy(mode), ...policy },
    policyVersion: version,
    clientId: row.client_id,
    scopes,
    address: null,
    right: null,
  };
}
