import { join, resolve } from 'node:path';
import { type DatabaseConfig, parseDatabase } from './config/database.ts';
import { EDGE_SETTINGS, type EdgeConfig, parseEdge } from './config/edge.ts';
import { GATEWAY_SETTINGS, type GatewayConfig, parseGateway } from './config/gateway.ts';
import { KEY_STORE_SETTINGS, type KeyStoreConfig, parseKeyStore } from './config/key-store.ts';
import { KEY_SETTINGS, parseKeys } from './config/keys.ts';
import { parseRevocation, REVOCATION_SETTINGS, type RevocationConfig } from './config/revocation.ts';
import { parseSealTimestamps, SEAL_TIMESTAMP_SETTINGS, type SealTimestampSettings } from './config/seal-timestamps.ts';
import { parseTelemetry } from './config/telemetry.ts';
import type { CertificatePolicy } from './core/jpki/policy-table.ts';
import type { LogLevel } from './platform/log.ts';
import { createSettingsReader, type Environment, type SettingsReader } from './platform/settings.ts';
import type { TelemetrySettings } from './platform/telemetry/telemetry-settings.ts';
import type { KeySettings } from './platform/vault/key-settings.ts';

interface CommonConfig {
  readonly edge: EdgeConfig;
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly vaultKeyFile: string;
  readonly keys: KeySettings;
  readonly keyStore: KeyStoreConfig;
  readonly databasePoolSize: number;
  readonly logLevel: LogLevel;
  readonly revocation: RevocationConfig;
  /** Undefined unless OTEL_ variables ask for traces or metrics. */
  readonly telemetry: TelemetrySettings | undefined;
  /** For an exchange with the time stamping authority. */
  readonly tsaTimeoutMs: number;
  readonly sealTimestamps: SealTimestampSettings;
  /** Places outside that are told every seal of the audit trail. */
  readonly auditSeals: { readonly file: string | undefined; readonly webhook: string | undefined };
  /** Of lines of the deployment itself; a tenant's are kept by its policy. */
  readonly auditRetentionYears: number;
  /** Added to the policies of the JPKI profile. */
  readonly certificatePolicies: readonly CertificatePolicy[];
}

export interface SandboxConfig extends CommonConfig {
  readonly mode: 'sandbox';
  readonly database: DatabaseConfig | undefined;
  readonly sandboxPort: number;
}

export interface ProductionConfig extends CommonConfig {
  readonly mode: 'production';
  readonly database: DatabaseConfig;
  readonly gateway: GatewayConfig;
}

export type Config = SandboxConfig | ProductionConfig;

/** What administration (migrate, tenants, clients) needs of the environment: the database and the vault. */
export type AdministrationConfig = Pick<
  Config,
  | 'mode'
  | 'dataDir'
  | 'vaultKeyFile'
  | 'keys'
  | 'keyStore'
  | 'databasePoolSize'
  | 'logLevel'
  | 'database'
  | 'auditRetentionYears'
  | 'sealTimestamps'
>;

export type Parsed<T> =
  | { readonly ok: true; readonly config: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Names that begin like ours and are none of these are typing errors, which would start something else than was meant: a
 * mistyped JPKI_MODE, the sandbox. Other names in JPKI_ may be the operator's own.
 */
const OUR_PREFIX =
  /^(JPKI_M|TRUST_ANCHORS_|OCSP_|CRL_|OAUTH_|TRUSTED_PROX|CLIENT_CERT|AUDIT_|KEY_P|KEY_C|KEY_S|AWS_KMS_|VAULT_TRANSIT_|TSA_|PKCS11_)/;
const OURS: ReadonlySet<string> = new Set([
  'JPKI_MODE',
  'AUDIT_RETENTION_YEARS',
  'AUDIT_SEALS_FILE',
  'AUDIT_SEALS_WEBHOOK',
  'AUDIT_SEALS_WEBHOOK_FILE',
  ...GATEWAY_SETTINGS,
  ...EDGE_SETTINGS,
  ...KEY_SETTINGS,
  ...KEY_STORE_SETTINGS,
  ...REVOCATION_SETTINGS,
  'TSA_TIMEOUT_MS',
  ...SEAL_TIMESTAMP_SETTINGS,
]);

/** Settings of the service, or every problem with them as sentences. `readFile` reads the `*_FILE` secrets. */
export function parseConfig(env: Environment, readFile: (path: string) => string): Parsed<Config> {
  const settings = createSettingsReader(env, readFile);
  reportUnknown(env, settings);
  const mode = parseMode(settings);
  const common = parseCommon(settings, mode);
  const database = parseDatabase(settings, mode);
  const config = mode === 'sandbox' ? parseSandbox(settings, common, database) : undefined;
  const production = mode === 'production' ? parseProduction(settings, common, database) : undefined;
  return conclude(settings, config ?? production);
}

/** The same for commands that only need the database. */
export function parseAdministrationConfig(
  env: Environment,
  readFile: (path: string) => string,
): Parsed<AdministrationConfig> {
  const settings = createSettingsReader(env, readFile);
  reportUnknown(env, settings);
  const mode = parseAdministrationMode(settings);
  const common = parseCommon(settings, mode);
  const database = parseDatabase(settings, mode);
  return conclude(settings, mode === undefined ? undefined : { ...common, mode, database });
}

function conclude<T extends object>(settings: SettingsReader, config: T | undefined): Parsed<T> {
  if (config === undefined || settings.problems.length > 0) {
    return { ok: false, problems: [...new Set(settings.problems)] };
  }
  return { ok: true, config: deepFreeze(config) };
}

const MODES = ['sandbox', 'production'] as const;

/** Undefined, and reported, when it is none: what else is set may then be right for the mode that was meant. */
function parseMode(settings: SettingsReader): Config['mode'] | undefined {
  const before = settings.problems.length;
  const mode = settings.oneOf('JPKI_MODE', MODES, 'sandbox');
  return settings.problems.length === before ? mode : undefined;
}

/**
 * Without JPKI_MODE, settings of the gateway tell administration that it is at work for production: the sandbox would not
 * start on them, and a tenant of production must not be made with the lenient policy of the sandbox.
 */
function parseAdministrationMode(settings: SettingsReader): Config['mode'] | undefined {
  if (!settings.has('JPKI_MODE') && GATEWAY_SETTINGS.some(settings.has)) return 'production';
  return parseMode(settings);
}

function parseCommon(settings: SettingsReader, mode: Config['mode'] | undefined): CommonConfig {
  const dataDir = resolve(settings.text('DATA_DIR') ?? '.data');
  const clockSkewSeconds = settings.integer('CLOCK_SKEW_SECONDS', { min: 0, max: 600, fallback: 60 });
  return {
    edge: parseEdge(settings, clockSkewSeconds),
    host: settings.text('HOST') ?? '127.0.0.1',
    port: settings.integer('PORT', { min: 0, max: 65_535, fallback: 8080 }),
    dataDir,
    vaultKeyFile: resolve(settings.text('VAULT_KEY_FILE') ?? join(dataDir, 'vault-key')),
    keys: parseKeys(settings),
    keyStore: parseKeyStore(settings),
    databasePoolSize: settings.integer('DATABASE_POOL_SIZE', { min: 2, max: 200, fallback: 10 }),
    logLevel: settings.oneOf(
      'LOG_LEVEL',
      ['debug', 'info', 'warn', 'error', 'silent'],
      mode === 'sandbox' ? 'warn' : 'info',
    ),
    revocation: parseRevocation(settings, clockSkewSeconds),
    telemetry: parseTelemetry(settings),
    tsaTimeoutMs: settings.integer('TSA_TIMEOUT_MS', { min: 100, max: 20_000, fallback: 5_000 }),
    sealTimestamps: parseSealTimestamps(settings, mode === 'sandbox'),
    auditSeals: {
      file: resolveOptional(settings.text('AUDIT_SEALS_FILE')),
      webhook: settings.url('AUDIT_SEALS_WEBHOOK', ['http:', 'https:'], settings.secret('AUDIT_SEALS_WEBHOOK')),
    },
    auditRetentionYears: settings.integer('AUDIT_RETENTION_YEARS', { min: 1, max: 100, fallback: 10 }),
    certificatePolicies: settings.list(
      'CERTIFICATE_POLICIES',
      'OID=KIND/MEDIUM, for example 1.2.3=user-authentication/smartphone (kinds: digital-signature, user-authentication; media: card, smartphone)',
      decodePolicy,
    ),
  };
}

const resolveOptional = (path: string | undefined) => (path === undefined ? undefined : resolve(path));

const POLICY = /^([0-2](?:\.(?:0|[1-9]\d*)){1,30})=(digital-signature|user-authentication)\/(card|smartphone)$/;

function decodePolicy(item: string): CertificatePolicy | undefined {
  const [, policy, kind, medium] = POLICY.exec(item) ?? [];
  if (policy === undefined) return undefined;
  return { policy, kind: kind as CertificatePolicy['kind'], medium: medium as CertificatePolicy['medium'] };
}

function parseSandbox(
  settings: SettingsReader,
  common: CommonConfig,
  database: DatabaseConfig | undefined,
): SandboxConfig {
  for (const name of GATEWAY_SETTINGS.filter(settings.has)) {
    settings.report(`${name} belongs to JPKI_MODE=production: the sandbox brings its own. Remove it or set the mode.`);
  }
  const sandboxPort = settings.integer('SANDBOX_PORT', { min: 0, max: 65_535, fallback: 8081 });
  if (sandboxPort !== 0 && sandboxPort === common.port) {
    settings.report('PORT and SANDBOX_PORT are the same: the service and the sandbox each need their own.');
  }
  return { ...common, mode: 'sandbox', database, sandboxPort };
}

function parseProduction(
  settings: SettingsReader,
  common: CommonConfig,
  database: DatabaseConfig | undefined,
): ProductionConfig | undefined {
  if (settings.has('SANDBOX_PORT')) {
    settings.report('SANDBOX_PORT belongs to JPKI_MODE=sandbox: there is no sandbox in production. Remove it.');
  }
  const gateway = parseGateway(settings);
  return database && gateway && { ...common, mode: 'production', database, gateway };
}

/** A setting of ours that nothing reads is a typing error, and would be missed only in an emergency. */
function reportUnknown(env: Environment, settings: SettingsReader): void {
  const unknown = Object.keys(env).filter((name) => OUR_PREFIX.test(name) && !OURS.has(name));
  for (const name of unknown)
    settings.report(`${name} is not a setting of this service: correct its name or remove it.`);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
