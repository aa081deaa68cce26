import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SANDBOX_KEY_FILE } from '../features/tenants/sandbox-client.ts';
import { createSettingsReader, type SettingsReader } from '../platform/settings.ts';
import { StartRefused } from '../platform/start-refused.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_PORT = 8080;
const DEFAULT_SANDBOX_PORT = 8081;

/** `npm run sandbox`: the pretend Japan by itself, its books apart from those of `npm start`. */
export async function runSandbox(terminal: Terminal, stopped: Promise<void>): Promise<number> {
  const settings = readSettings(terminal);
  const host = settings.text('HOST') ?? '127.0.0.1';
  const port = portOf(settings, 'SANDBOX_PORT', DEFAULT_SANDBOX_PORT);
  refuseProblems(settings);
  const dataDir = join(dataDirOf(settings), 'sandbox-alone');
  const crlDirectory = join(dataDir, 'crls');
  await mkdir(crlDirectory, { recursive: true });
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const { clock, log, out } = terminal;
  const sandbox = await startSandbox({ host, port, dataDir, crlDirectory, clock, log });
  out(`sandbox        ${sandbox.url}`);
  out(`trust anchors  ${sandbox.url}/trust-anchors`);
  out(`OCSP           ${sandbox.url}/ocsp/digital-signature  ${sandbox.url}/ocsp/user-authentication`);
  out(`CRLs           ${crlDirectory}`);
  out(`time stamps    ${sandbox.url}/timestamp  ${sandbox.url}/timestamp/trust-anchors`);
  out('Ctrl-C stops it. (終了は Ctrl-C)');
  await stopped;
  await sandbox.stop();
  return 0;
}

/** `npm run demo`: the tour against a running `npm start`. Exit code 0 when every step went as it should. */
export async function runDemoTour(terminal: Terminal): Promise<number> {
  const settings = readSettings(terminal);
  const serviceUrl = settings.text('JPKI_URL') ?? `http://127.0.0.1:${portOf(settings, 'PORT', DEFAULT_PORT)}`;
  const sandboxUrl = `http://127.0.0.1:${portOf(settings, 'SANDBOX_PORT', DEFAULT_SANDBOX_PORT)}`;
  const apiKey = settings.text('JPKI_API_KEY') ?? readKey(terminal, join(dataDirOf(settings), SANDBOX_KEY_FILE));
  refuseProblems(settings);
  const { runDemo } = await import('./demo.ts');
  return (await runDemo({ serviceUrl, sandboxUrl, apiKey, print: terminal.out })) ? 0 : 1;
}

/** Neither has a place in a deployment. */
function readSettings(terminal: Terminal): SettingsReader {
  const settings = createSettingsReader(terminal.env, terminal.readFile);
  if (settings.text('JPKI_MODE') === 'production') {
    throw new StartRefused(['There is no sandbox in production: unset JPKI_MODE to play with it elsewhere.']);
  }
  return settings;
}

const dataDirOf = (settings: SettingsReader) => resolve(settings.text('DATA_DIR') ?? '.data');
const portOf = (settings: SettingsReader, name: string, fallback: number) =>
  settings.integer(name, { min: 0, max: 65_535, fallback });

function refuseProblems(settings: SettingsReader): void {
  if (settings.problems.length > 0) throw new StartRefused(settings.problems);
}

function readKey(terminal: Terminal, file: string): string {
  try {
    return terminal.readFile(file).trim();
  } catch {
    throw new StartRefused([
      `There is no API key in ${file}: run "npm start" in another terminal first, with the same DATA_DIR.`,
    ]);
  }
}
