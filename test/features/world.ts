import { sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { buildPolicyTable } from '../../src/core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../../src/core/jpki/trust-anchors.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { type ChallengeService, createChallengeService } from '../../src/features/challenges/service.ts';
import type { RequestOptions } from '../../src/features/request-options.ts';
import type { Actor } from '../../src/features/tenants/act-line.ts';
import type { Caller, TenantPolicy, TenantRole } from '../../src/features/tenants/caller.ts';
import { createTenantService, type TenantService } from '../../src/features/tenants/service.ts';
import { createVerificationService, type VerificationService } from '../../src/features/verification/service.ts';
import type { VerificationResponse, VerifyRequest } from '../../src/features/verification/wire.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { createDatabase } from '../../src/platform/database/create-database.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createVault } from '../../src/platform/vault/create-vault.ts';
import type { Vault } from '../../src/platform/vault/vault.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { FIXTURE_NOW, readFixture, readKey } from '../fixtures.ts';
import { PATIENT_DATABASE } from '../patience.ts';
import { createFakeGateway, type FakeGateway } from './fake-gateway.ts';

const ROOTS = ['digital-signature-1', 'digital-signature-2', 'user-authentication-1', 'user-authentication-2'];

/** Who acts at the command line. */
export const OPERATOR: Actor = { kind: 'operator', name: 'tester', right: 'operator', address: null, requestId: null };

/** The features over a database of their own, a real vault and a fake gateway, at the fixtures' time. */
export interface World {
  readonly testDatabase: TestDatabase;
  readonly database: Database;
  readonly vault: Vault;
  /** Of the vault. */
  readonly keyFile: string;
  readonly gateway: FakeGateway;
  readonly tenants: TenantService;
  readonly challenges: ChallengeService;
  readonly verifications: VerificationService;
  readonly clock: { at: number; now(): number };
  /** Everything that was logged. */
  readonly logged: string[];
  /** As the superuser, whom row-level security does not bind. */
  readonly superuser: pg.Client;
  /** The same features in another process: with keys of its own in memory. */
  createReplica(): Promise<World>;
  createCaller(name: string, settings?: { role?: TenantRole; policy?: Partial<TenantPolicy> }): Promise<Caller>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const testDatabase = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'jpki-features-'));
  const logged: string[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    logged.push(chunk.toString());
    done();
  };
  const log = createLog('debug', new Writable({ write }));
  const clock = { at: FIXTURE_NOW, now: () => clock.at };
  const database = createDatabase({
    url: testDatabase.url,
    poolSize: 20,
    ...PATIENT_DATABASE,
    log,
  });
  const keyFile = join(directory, 'keys.json');
  const gateway = createFakeGateway();
  const roots = ROOTS.map((root) => decodeCertificate(readFixture(`root-${root}.crt`)));
  const superuser = new pg.Client({ connectionString: testDatabase.superuserUrl });
  await superuser.connect();
  async function createFeatures() {
    const vault = await createVault({ keyFile, database, log });
    return {
      vault,
      tenants: createTenantService({ database, hashes: vault.hashes, clock, mode: 'sandbox' }),
      challenges: createChallengeService({ database, vault, clock }),
      verifications: createVerificationService({
        ...{ database, vault, clock, log, gateway, metrics: createMetrics(), crypto: nodeCrypto },
        anchors: buildTrustAnchors(roots, nodeCrypto),
        policies: buildPolicyTable({ testPolicies: true }),
        clockSkewSeconds: 60,
        undividedCaKeys: [],
      }),
    };
  }
  const features = await createFeatures();
  const { tenants } = features;
  return {
    ...{ testDatabase, database, keyFile, gateway, clock, logged, superuser, ...features },
    async createReplica() {
      return { ...this, ...(await createFeatures()) };
    },
    async createCaller(name, settings = {}) {
      const role = settings.role ?? 'verifier';
      const tenant = await tenants.createTenant(OPERATOR, { name, role });
      const client = await tenants.clients.create(OPERATOR, { tenant: name, scopes: ['verify'] });
      if (!tenant.ok || !client.ok) throw new Error('the tenant was not made');
      const found = await tenants.authenticate(client.value.apiKey ?? '');
      if (!found.ok) throw new Error('the client was not found');
      return { ...found.caller, policy: { ...found.caller.policy, ...settings.policy } };
    },
    async close() {
      await superuser.end();
      await database.close();
      await testDatabase.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

let requests = 0;
export function options(request: unknown, idempotencyKey?: string): RequestOptions {
  return {
    requestId: `req-${requests++}`,
    rawBody: Buffer.from(JSON.stringify(request)),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

/** A raw signature by the key of a fixture's certificate. */
export function signedRequest(
  content: Uint8Array,
  more: Partial<VerifyRequest> = {},
  leaf = 'leaf-digital-signature.crt',
  certificate: Uint8Array = readFixture(leaf),
): VerifyRequest {
  const signature = {
    format: 'raw' as const,
    algorithm: 'RS256' as const,
    value: sign('sha256', content, readKey(leaf)).toString('base64'),
    certificate: base64(certificate),
    ...(more.challengeId === undefined ? { content: base64(content) } : {}),
  };
  return { purpose: 'account-opening', signature, ...more };
}

export async function verify(
  world: World,
  caller: Caller,
  request: VerifyRequest,
  key?: string,
): Promise<VerificationResponse> {
  const result = await world.verifications.verify(caller, request, options(request, key));
  if (!result.ok) throw new Error(`refused: ${result.code} ${JSON.stringify(result.errors)}`);
  return result.value;
}

export async function issueChallenge(world: World, caller: Caller, purpose = 'account-opening') {
  const request = { kind: 'signature' as const, purpose };
  const result = await world.challenges.issue(caller, request, options(request));
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  return { ...result.value, octets: Buffer.from(result.value.content, 'base64') };
}

export const failedChecks = ({ checks }: VerificationResponse) =>
  checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check);
