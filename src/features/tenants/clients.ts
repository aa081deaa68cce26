import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { withHashes } from '../../platform/vault/hash-keys.ts';
import type { HashGeneration, RotatingHashes } from '../../platform/vault/vault.ts';
import { keyedRequest } from '../once.ts';
import type { RequestOptions } from '../request-options.ts';
import { type Problem, problem, type ServiceResult } from '../service-result.ts';
import type { Actor, AdministrativeAct } from './act-line.ts';
import { SCOPES, type Scope } from './caller.ts';
import type { ClientChange, ClientStore, NewKey, Recorded } from './client-store.ts';
import { pageOf, toClientView } from './views.ts';
import type { ChangeClient, ClientView, CreateClient, Page } from './wire.ts';

export interface ClientService {
  /** The key is told here and never again; null for a client without one. */
  create(actor: Actor, request: CreateClient, once?: Once): Promise<ServiceResult<CreatedClient>>;
  list(tenant: string, cursor: string | undefined, limit: number): Promise<ServiceResult<Page<ClientView>>>;
  read(tenant: string, clientId: string): Promise<ServiceResult<ClientView>>;
  change(actor: Actor, tenant: string, clientId: string, change: ChangeClient): Promise<ServiceResult<ClientView>>;
  /** A new key; the one before it stays valid for `overlapSeconds`, older ones end now. */
  rotate(
    actor: Actor,
    tenant: string,
    clientId: string,
    overlapSeconds: number,
    once?: Once,
  ): Promise<ServiceResult<CreatedClient>>;
  revoke(actor: Actor, tenant: string, clientId: string): Promise<ServiceResult<ClientView>>;
}

/** A request that may come with an Idempotency-Key: under the same one it is done once, and its key told once. */
export interface Once {
  /** Who asks. */
  readonly clientId: string;
  readonly options: RequestOptions;
}

export interface CreatedClient extends ClientView {
  readonly apiKey: string | null;
}

export interface ClientServiceParts {
  readonly store: ClientStore;
  readonly tenantIdOf: (name: string) => Promise<string | undefined>;
  readonly hashes: RotatingHashes;
  readonly clock: Clock;
}

export const OVERLAP_SECONDS = { most: 30 * 86_400, usual: 86_400 };
const KEY_OCTETS = 32;
const THUMBPRINT = /^[0-9a-f]{64}$/i;
const EXTERNAL_ID = /^[\x21-\x7e]{1,255}$/;

export function createClientService({ store, tenantIdOf, hashes, clock }: ClientServiceParts): ClientService {
  const makeKey = (generation: HashGeneration, now: number): { apiKey: string; row: NewKey } => {
    const apiKey = `jpk_${randomBytes(KEY_OCTETS).toString('base64url')}`;
    return { apiKey, row: { id: newId('key', now), hash: generation.apiKey(apiKey), hashEpoch: generation.epoch } };
  };
  const keyedBy = (
    generation: HashGeneration,
    once: Once | undefined,
    tenantId: string,
    operation: string,
    now: number,
  ) =>
    once === undefined
      ? null
      : keyedRequest(generation, { tenantId, clientId: once.clientId }, operation, once.options, now);
  const lineOf = (actor: Actor, act: AdministrativeAct, target: string, now: number) => ({
    ...{ actor, act, target },
    at: new Date(now),
  });

  return {
    async create(actor, { tenant, withKey = true, name = null, expiresAt = null, ...rest }, once) {
      const now = clock.now();
      const read = readChange({ scopes: rest.scopes, ...optional(rest) }, expiresAt, now);
      if ('code' in read) return read;
      const tenantId = await tenantIdOf(tenant);
      if (tenantId === undefined) return noTenant(tenant);
      const id = newId('cli', now);
      const row = {
        ...{ tenantId, id, name, expiresAt },
        scopes: read.scopes ?? [],
        externalId: read.external_id ?? null,
        certificateSha256: read.certificate_sha256 ?? null,
        at: new Date(now),
      };
      const line = lineOf(actor, 'client.create', id, now);
      return withHashes(hashes, async (generation) => {
        const key = withKey ? makeKey(generation, now) : null;
        const keyed = keyedBy(generation, once, tenantId, 'clients.create', now);
        const recorded = await store.recordClient(row, key?.row ?? null, line, keyed);
        return recorded === 'taken' ? externalIdTaken() : told(tenant, recorded, key?.apiKey ?? null, now);
      });
    },

    async list(tenant, cursor, limit) {
      const tenantId = await tenantIdOf(tenant);
      if (tenantId === undefined) return noTenant(tenant);
      const rows = await store.listClients(tenantId, cursor ?? '', limit + 1);
      const now = clock.now();
      return {
        ok: true,
        value: pageOf(
          rows,
          limit,
          (row) => toClientView(tenant, row, now),
          (row) => row.id,
        ),
      };
    },

    async read(tenant, clientId) {
      const tenantId = await tenantIdOf(tenant);
      const row = tenantId === undefined ? undefined : await store.loadClient(tenantId, clientId);
      return row === undefined ? problem('client-not-found') : viewed(tenant, row, clock.now());
    },

    async change(actor, tenant, clientId, change) {
      const now = clock.now();
      const read = readChange(change, change.expiresAt, now);
      if ('code' in read) return read;
      const tenantId = await tenantIdOf(tenant);
      if (tenantId === undefined) return problem('client-not-found');
      const line = lineOf(actor, 'client.change', clientId, now);
      const row = await store.recordChange(tenantId, clientId, read, line);
      if (row === 'taken') return externalIdTaken();
      return row === undefined ? problem('client-not-found') : viewed(tenant, row, now);
    },

    async rotate(actor, tenant, clientId, overlapSeconds, once) {
      if (!(Number.isInteger(overlapSeconds) && overlapSeconds >= 0 && overlapSeconds <= OVERLAP_SECONDS.most)) {
        const sentence = `The overlap is a whole number of seconds from 0 to ${OVERLAP_SECONDS.most}.`;
        return problem('invalid-request', '/overlapSeconds', sentence);
      }
      const tenantId = await tenantIdOf(tenant);
      if (tenantId === undefined) return problem('client-not-found');
      const now = clock.now();
      const times = { at: new Date(now), previousEndsAt: new Date(now + overlapSeconds * 1000) };
      const line = lineOf(actor, 'client.rotate-key', clientId, now);
      return withHashes(hashes, async (generation) => {
        const key = makeKey(generation, now);
        const keyed = keyedBy(generation, once, tenantId, `clients.rotate/${clientId}`, now);
        const recorded = await store.recordRotation(tenantId, clientId, key.row, times, line, keyed);
        if (recorded === undefined) return problem('client-not-found');
        return recorded === 'revoked' ? problem('client-revoked') : told(tenant, recorded, key.apiKey, now);
      });
    },

    async revoke(actor, tenant, clientId) {
      const tenantId = await tenantIdOf(tenant);
      if (tenantId === undefined) return problem('client-not-found');
      const now = clock.now();
      const line = lineOf(actor, 'client.revoke', clientId, now);
      const row = await store.recordRevocation(tenantId, clientId, new Date(now), line);
      return row === undefined ? problem('client-not-found') : viewed(tenant, row, now);
    },
  };
}

function told(tenant: string, recorded: Recorded, apiKey: string | null, now: number): ServiceResult<CreatedClient> {
  if (recorded.state === 'key-reused') return problem('idempotency-key-reused');
  const replayed = recorded.state === 'replayed';
  const value = { ...toClientView(tenant, recorded.row, now), apiKey: replayed ? null : apiKey };
  return { ok: true, value, replayed };
}

const viewed = (tenant: string, row: Parameters<typeof toClientView>[1], now: number): ServiceResult<ClientView> => ({
  ok: true,
  value: toClientView(tenant, row, now),
});

const noTenant = (name: string) => problem('tenant-not-found', '/tenant', `There is no tenant "${name}".`);

const externalIdTaken = () =>
  problem('external-id-taken', '/externalId', 'Another client has this id at the authorization server.');

function optional({ externalId, certificateSha256 }: CreateClient | Omit<CreateClient, 'tenant'>): ChangeClient {
  return {
    ...(externalId === undefined ? {} : { externalId }),
    ...(certificateSha256 === undefined ? {} : { certificateSha256 }),
  };
}

/** The columns to write, or what is wrong. */
function readChange(change: ChangeClient, expiresAt: Date | null | undefined, now: number): ClientChange | Problem {
  const { name, scopes, externalId, certificateSha256 } = change;
  const known = SCOPES.filter((scope: Scope) => scopes?.includes(scope));
  if (scopes !== undefined && (known.length === 0 || !scopes.every((scope) => SCOPES.some((one) => one === scope)))) {
    return problem('invalid-request', '/scopes', `Scopes are one or more of ${SCOPES.join(', ')}.`);
  }
  if (typeof certificateSha256 === 'string' && !THUMBPRINT.test(certificateSha256)) {
    const sentence = 'The SHA-256 of a certificate is 64 hexadecimal digits.';
    return problem('invalid-request', '/certificateSha256', sentence);
  }
  if (typeof externalId === 'string' && !EXTERNAL_ID.test(externalId)) {
    return problem('invalid-request', '/externalId', 'An external id is 1 to 255 visible ASCII characters.');
  }
  if (expiresAt instanceof Date && !(expiresAt.getTime() > now)) {
    return problem('invalid-request', '/expiresAt', 'A client cannot have expired already.');
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes: known }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    ...(certificateSha256 === undefined
      ? {}
      : { certificate_sha256: certificateSha256 === null ? null : Buffer.from(certificateSha256, 'hex') }),
  };
}
