import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/platform/log.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What a production start is given: a database by URL, a gateway (the sandbox, over HTTP), anchors and CRLs as files. */
export interface Surroundings {
  readonly database: TestDatabase;
  readonly sandboxUrl: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  tearDown(): Promise<void>;
}

export async function layOutSurroundings(): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-service-'));
  const crls = join(folder, 'crls');
  const anchors = join(folder, 'anchors');
  for (const path of [crls, anchors]) mkdirSync(path);
  const database = await createTestDatabase();
  const clock = { now: () => Date.now() };
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, crlDirectory: crls, clock, log: silentLog });
  const pem = await (await fetch(`${sandbox.url}/trust-anchors`)).text();
  for (const [index, one] of pem.split(/(?<=-----END CERTIFICATE-----)\s*/).entries()) {
    if (one.trim() !== '') writeFileSync(join(anchors, `${index}.pem`), `${one.trim()}\n`);
  }
  return {
    database,
    sandboxUrl: sandbox.url,
    folder,
    env: {
      JPKI_MODE: 'production',
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      DATABASE_ADMIN_URL: database.adminUrl,
      DATA_DIR: join(folder, 'data'),
      TRUST_ANCHORS_DIR: anchors,
      TRUST_ANCHORS_UNPINNED: 'accept',
      OCSP_URL_DIGITAL_SIGNATURE: `${sandbox.url}/ocsp/digital-signature`,
      OCSP_URL_USER_AUTHENTICATION: `${sandbox.url}/ocsp/user-authentication`,
      CRL_DIR: crls,
      CERTIFICATE_POLICIES: '1.2.392.200149.8.5.1.0.20=digital-signature/card',
      LOG_LEVEL: 'warn',
      OCSP_TIMEOUT_MS: '60000',
    },
    async tearDown() {
      await sandbox.stop();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Program {
  readonly folder: string;
  readonly main: string;
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The checkout itself, TypeScript as it stands. */
export const CHECKOUT: Program = { folder: ROOT, main: 'src/main.ts' };

/** Runs a `jpki` command to its end; standard output, or an Error with what it said. */
export async function runJpki(
  program: Program,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<string> {
  const child = launch(program, env, ['cli', ...args]);
  const { code, stdout, stderr } = await outcomeOf(child);
  if (code !== 0) throw new Error(`jpki ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

export interface RunningService {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts the service on a port that the system gives it and waits until it is ready. */
export async function startService(program: Program, env: Readonly<Record<string, string>>): Promise<RunningService> {
  const child = launch(program, { ...env, PORT: '0' }, []);
  const ended = outcomeOf(child);
  const url = listeningUrl(child);
  try {
    const service = await Promise.race([url, ended]);
    if (typeof service !== 'string') throw new Error(`the service ended before it was ready: ${service.stderr}`);
    while (!(await fetch(`${service}/readyz`)).ok) await sleep(50);
    return { url: service, child, ended };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** From the welcome, which is written once the service listens. */
function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /^ +service +(http:\S+)\s/m.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

function launch(program: Program, env: Readonly<Record<string, string>>, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(program.folder, program.main), ...args], {
    cwd: program.folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...program.user,
  });
}

function outcomeOf(child: ChildProcess): RunningService['ended'] {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}
