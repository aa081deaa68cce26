import { auditRoutes } from '../../src/features/audit/routes.ts';
import { type ChallengeUseCases, challengeRoutes } from '../../src/features/challenges/routes.ts';
import { evidenceRoutes } from '../../src/features/evidence/routes.ts';
import { retentionRoutes } from '../../src/features/retention/routes.ts';
import { RIGHTS } from '../../src/features/rights.ts';
import { subjectRoutes } from '../../src/features/subjects/routes.ts';
import type { Caller, Scope, TenantRole } from '../../src/features/tenants/caller.ts';
import { defaultPolicy } from '../../src/features/tenants/policy.ts';
import { adminRoutes } from '../../src/features/tenants/routes.ts';
import { type VerificationUseCases, verificationRoutes } from '../../src/features/verification/routes.ts';
import type { VerificationResponse } from '../../src/features/verification/wire.ts';
import { createApp } from '../../src/platform/http/app.ts';
import { mountDocsAssets } from '../../src/platform/http/docs.ts';
import { createPeerReader } from '../../src/platform/http/peer.ts';
import { createRateLimiter, type LeaseSource } from '../../src/platform/http/rate-limit.ts';
import { type Readiness, runningRoutes } from '../../src/platform/http/running-routes.ts';
import { type RunningServer, startServer } from '../../src/platform/http/server.ts';
import { type Log, type LogFacts, silentLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { contract } from './contract.ts';
import { fakeAdmin } from './fake-admin.ts';
import { fakeAudit } from './fake-audit.ts';
import { fakeEvidence } from './fake-evidence.ts';
import { fakeRetention, fakeSubjects } from './fake-retention.ts';

export const NOW = Date.parse('2026-11-22T03:00:00Z');
export const VERIFY_KEY = 'jpk_verify';
export const OTHER_KEY = 'jpk_statuschecks';

/** A key of the fake app that has these scopes, of a tenant of that role. */
export const keyOf = (scopes: readonly Scope[], role: TenantRole): string =>
  `jpk_${role}.${Buffer.from(scopes.join(' ')).toString('base64url')}`;

function readKey(key: string): { scopes: readonly Scope[]; role: TenantRole } | undefined {
  if (key === VERIFY_KEY) return { scopes: ['verify'], role: 'verifier' };
  if (key === OTHER_KEY) return { scopes: ['status:check'], role: 'verifier' };
  const [, role, scopes] = /^jpk_(verifier|service-provider|operator)\.([\w-]+)$/.exec(key) ?? [];
  if (role === undefined || scopes === undefined) return undefined;
  const words = Buffer.from(scopes, 'base64url').toString().split(' ');
  return { scopes: words as Scope[], role: role as TenantRole };
}

export const verification: VerificationResponse = {
  verificationId: 'ver_068w3w5k1r7q3a8v',
  reference: null,
  purpose: 'account-opening',
  verifiedAt: '2026-11-22T03:00:00Z',
  indication: 'INDETERMINATE',
  retryable: true,
  subIndication: 'TRY_LATER',
  checks: [],
  certificate: null,
  revocation: null,
  attributes: null,
  declared: null,
  subject: null,
  legalMethod: null,
  policyVersion: 1,
  rulesVersion: 1,
};

/** Fakes that answer with fixed values and remember what they were asked. */
export interface FakeUseCases extends VerificationUseCases, ChallengeUseCases {
  readonly asked: { readonly operation: string; readonly argument: unknown; readonly idempotencyKey?: string }[];
}

export function fakeUseCases(overrides: Partial<VerificationUseCases & ChallengeUseCases> = {}): FakeUseCases {
  const asked: FakeUseCases['asked'] = [];
  return {
    asked,
    verify: async (_caller, argument, { idempotencyKey }) => {
      asked.push({ operation: 'verify', argument, ...(idempotencyKey ? { idempotencyKey } : {}) });
      return { ok: true, value: { ...verification, purpose: argument.purpose } };
    },
    read: async (_caller, argument) => {
      asked.push({ operation: 'read', argument });
      if (argument !== verification.verificationId) return { ok: false, code: 'verification-not-found' };
      return { ok: true, value: verification };
    },
    list: async (_caller, argument) => {
      asked.push({ operation: 'list', argument });
      return { ok: true, value: { items: [], nextCursor: null } };
    },
    issue: async (_caller, argument) => {
      asked.push({ operation: 'issue', argument });
      return {
        ok: true,
        value: {
          challengeId: 'chl_068w3w5k1r7q3a8v',
          content: 'YWJj',
          digest: { algorithm: 'SHA-256', value: 'YWJj' },
          expiresAt: '2026-11-22T03:05:00Z',
        },
      };
    },
    ...overrides,
  };
}

export interface FakeApp extends RunningServer {
  readonly useCases: FakeUseCases;
  readonly lines: { event: string; facts: LogFacts }[];
}

export interface FakeSettings {
  readonly useCases?: FakeUseCases;
  readonly readiness?: Readiness;
  readonly rateLimitPerMinute?: number;
  readonly now?: () => number;
  readonly bodyTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

/** The whole HTTP door on a free port of the loopback, with hand-written use cases behind it. */
export async function startFakeApp(settings: FakeSettings = {}): Promise<FakeApp> {
  const useCases = settings.useCases ?? fakeUseCases();
  const lines: FakeApp['lines'] = [];
  const write = (event: string, facts: LogFacts = {}) => lines.push({ event, facts });
  const log: Log = { ...silentLog, info: write, warn: write, error: write };
  const metrics = createMetrics();
  const ready = { status: 'ready', mode: 'sandbox', database: { usable: true }, gateway: { ocsp: [], crls: [] } };
  const readiness = settings.readiness ?? (async () => ({ ready: true, body: ready }));
  const clock = { now: settings.now ?? (() => NOW) };
  const app = createApp<Caller>({
    contract,
    routes: {
      ...runningRoutes({ contract, metrics, readiness }),
      ...challengeRoutes(useCases),
      ...verificationRoutes(useCases),
      ...adminRoutes(fakeAdmin),
      ...auditRoutes(fakeAudit),
      ...retentionRoutes(fakeRetention),
      ...subjectRoutes(fakeSubjects),
      ...evidenceRoutes(fakeEvidence),
    },
    rights: RIGHTS,
    limiter: createRateLimiter(fakeLeases(), clock),
    readPeer: createPeerReader({ trusted: [], certificateHeader: undefined }),
    authenticate: async ({ value }) => {
      const read = readKey(value);
      if (read === undefined) return { ok: false, code: 'unauthenticated' };
      const caller: Caller = {
        tenantId: '00000000-0000-7000-8000-000000000001',
        tenantName: 'bank-a',
        tenantRole: read.role,
        policy: defaultPolicy('sandbox'),
        policyVersion: 1,
        clientId: `cli_${read.scopes[0]}`,
        scopes: new Set(read.scopes),
        address: null,
        right: null,
      };
      const limits = { perMinute: settings.rateLimitPerMinute ?? 6000, perDay: null, perMonth: null };
      const { clientId, tenantId, tenantRole: role, scopes } = caller;
      return { ok: true, principal: { caller, clientId, tenantId, role, scopes, certificates: [], limits } };
    },
    clock,
    log,
    metrics,
    bodyTimeoutMs: settings.bodyTimeoutMs ?? 60_000,
    mount: mountDocsAssets,
  });
  const server = await startServer(app, {
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 120_000,
    stopTimeoutMs: settings.stopTimeoutMs ?? 4_000,
  });
  return { ...server, useCases, lines };
}

/** Minutes counted in memory: what lease_requests does in PostgreSQL, for one replica. */
function fakeLeases(): LeaseSource<Caller> {
  const taken = new Map<string, number>();
  return async ({ clientId }, { limits, wanted, at }) => {
    const minuteStartsAt = at - (at % 60_000);
    const name = `${clientId} ${minuteStartsAt}`;
    const before = taken.get(name) ?? 0;
    const granted = Math.max(0, Math.min(wanted, limits.perMinute - before));
    taken.set(name, before + granted);
    const left = limits.perMinute - before - granted;
    const minute = { name: 'minute', limit: limits.perMinute, left, seconds: 60 } as const;
    return { granted, minuteStartsAt, windows: [{ ...minute, endsAt: minuteStartsAt + 60_000 }] };
  };
}
