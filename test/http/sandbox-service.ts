import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../src/compose.ts';
import { parseConfig } from '../../src/config.ts';
import type { VerifyRequest } from '../../src/features/verification/wire.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { type Log, type LogFacts, silentLog } from '../../src/platform/log.ts';
import { runInTerminal } from '../cli/terminal.ts';
import { createEmptyTestDatabase } from '../database.ts';
import { PATIENCE } from '../patience.ts';
import { type Answer, type Ask, ask } from './request.ts';

export interface SandboxService {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly apiKey: string;
  /** Where the sandbox publishes its CRLs, and the service reads them. */
  readonly crlDirectory: string;
  /** The service's database, past row-level security: what is stored, whoever it belongs to. */
  readonly superuserUrl: string;
  /** A `jpki` command on the same database; its JSON. */
  readonly jpki: <T>(...args: string[]) => Promise<T>;
  readonly lines: { readonly event: string; readonly facts: LogFacts }[];
  readonly ask: (path: string, options?: Ask) => Promise<Answer>;
  /** POST /jpki/verify. */
  readonly verify: (body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** The sandbox's own API; its JSON. */
  readonly sandbox: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  /** The card of a resident signs. */
  readonly sign: (resident: string, request: object) => Promise<VerifyRequest>;
  readonly stop: () => Promise<void>;
}

/** The whole product as `npm start` runs it, on free ports, with a database of its own. */
export async function startSandboxService(
  env: Record<string, string> = {},
  clock: Clock = systemClock,
): Promise<SandboxService> {
  const database = await createEmptyTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'jpki-service-'));
  const given = { DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl, DATA_DIR: dataDir };
  const parsed = parseConfig(
    { PORT: '0', SANDBOX_PORT: '0', OCSP_TIMEOUT_MS: '60000', TSA_TIMEOUT_MS: '20000', ...given, ...env },
    () => '',
  );
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  const lines: SandboxService['lines'] = [];
  const write = (event: string, facts: LogFacts = {}) => lines.push({ event, facts });
  const log: Log = { ...silentLog, info: write, warn: write, error: write };
  const service = await startService(parsed.config, { clock, log, patience: PATIENCE });
  const { url: sandboxUrl, apiKey } = service.sandbox as NonNullable<typeof service.sandbox>;
  const sandbox = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    askSandbox<T>(sandboxUrl + path, method, body);
  return {
    url: service.url,
    sandboxUrl,
    apiKey,
    crlDirectory: join(parsed.config.dataDir, 'crls'),
    superuserUrl: database.superuserUrl,
    jpki: async (...args) => {
      const { code, out, err } = await runInTerminal([...args, '--json'], { ...given, ...env });
      if (code !== 0) throw new Error(err.join(' '));
      return JSON.parse(out.join('\n'));
    },
    lines,
    ask: (path, options = {}) => ask(service.url, path, { key: apiKey, ...options }),
    verify: (body, headers = {}) => ask(service.url, '/jpki/verify', { method: 'POST', key: apiKey, body, headers }),
    sandbox,
    sign: (resident, request) => sandbox('POST', `/residents/${resident}/signatures`, { purpose: 'test', ...request }),
    stop: async () => {
      await service.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function askSandbox<T>(url: string, method: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A resident of one test alone, so that what happens to them happens to nobody else. */
export async function newResident(service: SandboxService, media: readonly string[] = ['card']): Promise<string> {
  const { id } = await service.sandbox<{ id: string }>('POST', '/residents', {
    name: '試験　花子',
    dateOfBirth: '319800217',
    gender: '2',
    address: '東京都清瀬市架空町９丁目９番９号',
    municipality: '13221',
    tokens: media.map((medium) => ({ medium })),
  });
  return id;
}

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
