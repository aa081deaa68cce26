import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, ProductionConfig, SandboxConfig } from './config.ts';
import type { CertificateKind } from './core/jpki/certificate-kind.ts';
import { buildPolicyTable, type PolicyTable } from './core/jpki/policy-table.ts';
import { buildTrustAnchors, type TrustAnchors } from './core/jpki/trust-anchors.ts';
import { issuerKeyOf } from './core/x509/path/issuer-key.ts';
import { createDelivery } from './features/audit/delivery.ts';
import { createRefusals } from './features/audit/refusals.ts';
import { lineOfRefused } from './features/audit/refused-act.ts';
import { auditRoutes } from './features/audit/routes.ts';
import { createSealer } from './features/audit/sealer.ts';
import { createAuditService, createSealKeys } from './features/audit/service.ts';
import { createAuthenticate } from './features/authenticate.ts';
import { challengeRoutes } from './features/challenges/routes.ts';
import { createChallengeService } from './features/challenges/service.ts';
import { evidenceRoutes } from './features/evidence/routes.ts';
import { createEvidenceService } from './features/evidence/service.ts';
import { createSweeps } from './features/jobs/service.ts';
import { retentionRoutes } from './features/retention/routes.ts';
import { createRetentionSchedule } from './features/retention/schedule.ts';
import { createRetentionService } from './features/retention/service.ts';
import { RIGHTS } from './features/rights.ts';
import { subjectRoutes } from './features/subjects/routes.ts';
import { createSubjectService } from './features/subjects/service.ts';
import { createAdmin } from './features/tenants/admin.ts';
import { createLeaseSource } from './features/tenants/lease-store.ts';
import { adminRoutes } from './features/tenants/routes.ts';
import { loadSandboxClient } from './features/tenants/sandbox-client.ts';
import { createTenantService } from './features/tenants/service.ts';
import { verificationRoutes } from './features/verification/routes.ts';
import { createVerificationService } from './features/verification/service.ts';
import { createDirectoryCrlSource, type DirectoryCrlSource, noCrlSource } from './gateway/jlis/directory-crl-source.ts';
import { describeGateway } from './gateway/jlis/gateway-state.ts';
import { createRevocationGateway } from './gateway/jlis/gather-revocation.ts';
import { createHttpOcspSource } from './gateway/jlis/http-ocsp-source.ts';
import { watchOcspSource } from './gateway/jlis/watched-ocsp-source.ts';
import { createSealFile } from './gateway/seal-keeper/seal-file.ts';
import type { SealKeeper } from './gateway/seal-keeper/seal-keeper.ts';
import { createSealWebhook } from './gateway/seal-keeper/seal-webhook.ts';
import { createKeySet } from './platform/access-token/key-set.ts';
import { createTokenVerifier, type VerifyToken } from './platform/access-token/verify-token.ts';
import type { Clock } from './platform/clock.ts';
import { nodeCrypto } from './platform/crypto.ts';
import { createDatabase } from './platform/database/create-database.ts';
import type { Database } from './platform/database/database.ts';
import { migrate } from './platform/database/migrate.ts';
import { describeSchemaLag, describeServerAge, describeStrongLogin } from './platform/database/start-conditions.ts';
import { createApp } from './platform/http/app.ts';
import { mountDocsAssets } from './platform/http/docs.ts';
import { decodeContract } from './platform/http/document.ts';
import { createPeerReader } from './platform/http/peer.ts';
import { createRateLimiter } from './platform/http/rate-limit.ts';
import { createReadiness, runningRoutes } from './platform/http/running-routes.ts';
import { startServer } from './platform/http/server.ts';
import { createHttpClient, type HttpClient } from './platform/http-client/http-client.ts';
import type { Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { takeRandom } from './platform/random.ts';
import { StartRefused } from './platform/start-refused.ts';
import { Stops } from './platform/stops.ts';
import { decodeTrustAnchors, loadTrustAnchors, unpinnedWarnings } from './platform/trust-anchors.ts';
import { createVault } from './platform/vault/create-vault.ts';

export interface RunningService {
  readonly url: string;
  readonly sandbox: { readonly url: string; readonly apiKey: string } | undefined;
  /** Sentences for whoever started it. */
  readonly notes: readonly string[];
  /** Answers what is in flight, then stops everything that was started; below five seconds. */
  stop(): Promise<void>;
}

export interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly patience?: Patience;
}

/** How long is waited before a client is told 408, 503 or TRY_LATER, milliseconds. */
export interface Patience {
  readonly bodyMs: number;
  /** For a connection to the database, free or new. */
  readonly connectionMs: number;
  readonly statementMs: number;
  /** For the database to answer when `/readyz` asks. */
  readonly readinessMs: number;
  /** For a look at the directory of CRLs. */
  readonly crlsMs: number;
}

const PATIENCE: Patience = {
  bodyMs: 10_000,
  connectionMs: 5_000,
  statementMs: 10_000,
  readinessMs: 1_000,
  crlsMs: 2_000,
};

/** What the mode decides: where the database and the gateway are, and whom to trust. */
interface Surroundings {
  readonly databaseUrl: string;
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  readonly ocspUrls: Readonly<Record<CertificateKind, string>>;
  readonly crlDir: string | undefined;
  readonly sandboxUrl: string | undefined;
  readonly notes: readonly string[];
}

const REQUEST_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 4_000;
/** After that a stop no longer waits for a responder that stalls: what asked it is answered with TRY_LATER, and recorded. */
const OUTSIDE_PATIENCE_MS = 2_500;
const MOST_OCSP_OCTETS = 65_536;

export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const CONTRACT = new URL('../openapi.yaml', import.meta.url);

/** Starts everything; when something fails, what was started is stopped again. */
export async function startService(config: Config, parts: Parts): Promise<RunningService> {
  const stops = new Stops();
  try {
    const surroundings =
      config.mode === 'sandbox'
        ? await startSandboxSurroundings(config, parts, stops)
        : await loadProductionSurroundings(config, parts);
    return await startOn(surroundings, config, parts, stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function startOn(
  surroundings: Surroundings,
  config: Config,
  { clock, log, patience = PATIENCE }: Parts,
  stops: Stops,
): Promise<RunningService> {
  const { anchors, policies, ocspUrls, sandboxUrl } = surroundings;
  const database = createDatabase({
    url: surroundings.databaseUrl,
    poolSize: config.databasePoolSize,
    acquireTimeoutMs: patience.connectionMs,
    statementTimeoutMs: patience.statementMs,
    log,
  });
  stops.add(() => database.close());
  if (config.mode === 'production') await refuseUnfitDatabase(config, database, log);
  const vault = await createVault({ keyFile: config.vaultKeyFile, keys: config.keys, database, log });
  const metrics = createMetrics();

  const httpClient = createHttpClient();
  stops.add(async () => httpClient.close());
  const ocsp = watchOcspSource(
    createHttpOcspSource({
      urls: ocspUrls,
      timeoutMs: config.revocation.ocspTimeoutMs,
      maxBytes: MOST_OCSP_OCTETS,
      httpClient,
    }),
    ocspUrls,
    { clock, log },
  );
  const crls = await openCrls(surroundings, config, { clock, log, waitMs: patience.crlsMs });
  const gateway = createRevocationGateway({
    ocsp,
    crls: crls ?? noCrlSource,
    crypto: nodeCrypto,
    certIdHash: config.revocation.certIdHash,
    nonce: config.revocation.nonce,
    randomBytes: takeRandom,
  });

  const tenants = createTenantService({ database, hashes: vault.hashes, clock, mode: config.mode });
  const challenges = createChallengeService({ database, vault, clock });
  const verifications = createVerificationService({
    database,
    vault,
    clock,
    log,
    metrics,
    gateway,
    anchors,
    policies,
    crypto: nodeCrypto,
    clockSkewSeconds: config.revocation.clockSkewSeconds,
    undividedCaKeys: config.revocation.undividedCaKeys,
  });
  const sandbox =
    sandboxUrl === undefined
      ? undefined
      : { url: sandboxUrl, apiKey: await loadSandboxClient(tenants, config.dataDir) };

  const audit = createAuditService({ database, clock });
  metrics.waitingAuditLines(audit.waiting);
  const refusals = createRefusals({ database, clock, log });
  const sealKeys = createSealKeys(database, vault.deployment);
  const sealer = createSealer({
    database,
    keys: sealKeys,
    clock,
    log,
    deliver: createDelivery({ database, keepers: openSealKeepers(config, httpClient), clock, log }),
  });
  sealer.start();
  stops.add(() => sealer.stop());
  refusals.start();
  stops.add(() => refusals.stop());

  const contract = decodeContract(await readFile(CONTRACT, 'utf8'));
  const describe = () => describeGateway(ocsp, crls, clock);
  metrics.ageOfOldestCrl(() => describe().oldestCrlAgeSeconds);
  const readiness = createReadiness(
    () => database.isReachable(patience.readinessMs),
    () => ({ mode: config.mode, gateway: describe().body }),
  );
  const limiter = createRateLimiter(createLeaseSource(database), clock);
  stops.add(() => limiter.close());
  const app = createApp({
    contract,
    routes: {
      ...runningRoutes({ contract, metrics, readiness }),
      ...challengeRoutes(challenges),
      ...verificationRoutes(verifications),
      ...adminRoutes(createAdmin(tenants)),
      ...auditRoutes(audit),
      ...retentionRoutes(createRetentionService({ database, clock })),
      ...subjectRoutes(createSubjectService({ database, clock })),
      ...evidenceRoutes(createEvidenceService({ database, vault, sealKeys, clock })),
    },
    rights: RIGHTS,
    authenticate: createAuthenticate(tenants, openTokens(config, { httpClient, clock, log })),
    limiter,
    readPeer: createPeerReader(config.edge.proxies),
    clock,
    log,
    metrics,
    refused: (call) => refusals.record(lineOfRefused(call, clock.now())),
    bodyTimeoutMs: patience.bodyMs,
    mount: mountDocsAssets,
  });
  const sweeps = createSweeps({ database, clock, log });
  sweeps.start();
  stops.add(() => sweeps.stop());
  const retention = createRetentionSchedule({ database, tenants, clock, log });
  retention.start();
  stops.add(() => retention.stop());
  const server = await startServer(app, {
    host: config.host,
    port: config.port,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
    tls: config.edge.tls,
    log,
  });
  stops.add(async () => {
    const patience = setTimeout(() => httpClient.giveUp(), OUTSIDE_PATIENCE_MS);
    await server.stop().finally(() => clearTimeout(patience));
  });
  log.info('service.started', { mode: config.mode, anchors: anchors.certificates.length });
  return { url: server.url, sandbox, notes: surroundings.notes, stop: () => stops.run() };
}

/** The sandbox and, unless a database is given, the embedded PostgreSQL; both at once. Migrates. */
async function startSandboxSurroundings(config: SandboxConfig, parts: Parts, stops: Stops): Promise<Surroundings> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const { SANDBOX_POLICIES } = await import('./sandbox/policies.ts');
  const crlDir = join(config.dataDir, 'crls');
  await mkdir(crlDir, { recursive: true });
  const [database, sandbox] = await settle([
    startSandboxDatabase(config, parts, stops),
    startSandbox({
      host: '127.0.0.1',
      port: config.sandboxPort,
      dataDir: config.dataDir,
      crlDirectory: crlDir,
      ...parts,
    }).then((started) => {
      stops.add(() => started.stop());
      return started;
    }),
  ]);
  const anchors = decodeTrustAnchors(new Uint8Array(await (await fetch(`${sandbox.url}/trust-anchors`)).arrayBuffer()));
  return {
    databaseUrl: database.url,
    anchors: buildTrustAnchors(anchors, nodeCrypto),
    policies: buildPolicyTable({
      testPolicies: true,
      additional: [
        { policy: SANDBOX_POLICIES.smartphoneDigitalSignature, kind: 'digital-signature', medium: 'smartphone' },
        { policy: SANDBOX_POLICIES.smartphoneUserAuthentication, kind: 'user-authentication', medium: 'smartphone' },
        ...config.certificatePolicies,
      ],
    }),
    ocspUrls: {
      'digital-signature': `${sandbox.url}/ocsp/digital-signature`,
      'user-authentication': `${sandbox.url}/ocsp/user-authentication`,
    },
    crlDir,
    sandboxUrl: sandbox.url,
    notes: database.notes,
  };
}

async function startSandboxDatabase(
  config: SandboxConfig,
  { log }: Parts,
  stops: Stops,
): Promise<{ url: string; notes: readonly string[] }> {
  const given = config.database;
  if (given !== undefined) {
    await migrate({ adminUrl: given.adminUrl, loginUrl: given.url, directory: MIGRATIONS, log });
    return { url: given.url, notes: [] };
  }
  const { startEmbeddedPostgres } = await import('./platform/database/embedded/embedded-postgres.ts');
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir });
  stops.add(() => embedded.stop());
  await migrate({ adminUrl: embedded.adminUrl, loginUrl: embedded.url, directory: MIGRATIONS, log });
  return { url: embedded.url, notes: embedded.notes };
}

/** Both, or the first failure after both have ended, so that nothing is left starting. */
async function settle<A, B>(works: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** What the operator gave: the files of trust anchors, held against the pins, and the addresses of the gateway. */
async function loadProductionSurroundings(config: ProductionConfig, { log }: Parts): Promise<Surroundings> {
  const { ocspUrls, crlDir } = config.gateway;
  const anchors = await loadTrustAnchors(config.gateway.trustAnchorsDir, config.gateway.unpinnedAnchors);
  const count = anchors.unpinned.length;
  if (count > 0) log.warn('trust-anchors.unpinned', { count });
  return {
    databaseUrl: config.database.url,
    anchors,
    policies: buildPolicyTable({ testPolicies: false, additional: config.certificatePolicies }),
    ocspUrls,
    crlDir,
    sandboxUrl: undefined,
    notes: unpinnedWarnings(anchors),
  };
}

/** A production start changes nothing in its database: it serves on it, or says why not. */
async function refuseUnfitDatabase(config: ProductionConfig, database: Database, log: Log): Promise<void> {
  const old = await describeServerAge(database);
  if (old !== undefined) throw new StartRefused([old]);
  const lag = await describeSchemaLag(database, MIGRATIONS);
  const strong = await describeStrongLogin(database);
  const advice = 'Use a login that owns nothing, or set DATABASE_SUPERUSER=accept.';
  const refused = config.database.strongLogin === 'refused' && strong.length > 0 ? [...strong, advice] : [];
  const sentences = [...(lag === undefined ? [] : [lag]), ...refused];
  if (sentences.length > 0) throw new StartRefused(sentences);
  if (strong.length > 0) log.warn('database.login-too-strong');
}

function openSealKeepers({ auditSeals }: Config, httpClient: HttpClient): SealKeeper[] {
  const { file, webhook } = auditSeals;
  return [
    ...(file === undefined ? [] : [createSealFile(file)]),
    ...(webhook === undefined ? [] : [createSealWebhook(webhook, httpClient)]),
  ];
}

/** Access tokens are taken where an authorization server is set. */
function openTokens({ edge }: Config, parts: Parts & { readonly httpClient: HttpClient }): VerifyToken | undefined {
  if (edge.oauth === undefined) return undefined;
  const { clock } = parts;
  return createTokenVerifier(edge.oauth, createKeySet({ ...parts, url: edge.oauth.jwksUrl }), clock);
}

async function openCrls(
  { crlDir, anchors }: Surroundings,
  config: Config,
  parts: Pick<Parts, 'clock' | 'log'> & { readonly waitMs: number },
): Promise<DirectoryCrlSource | undefined> {
  if (crlDir === undefined) return undefined;
  const crls = createDirectoryCrlSource({
    directory: crlDir,
    issuers: anchors.certificates.map(issuerKeyOf),
    undivided: config.revocation.undividedCaKeys.map((spkiSha256) => ({ spkiSha256 })),
    crypto: nodeCrypto,
    ...parts,
  });
  if (await crls.refresh()) return crls;
  throw new StartRefused(['CRL_DIR cannot be read: name a directory that this user may read; it may be empty.']);
}
