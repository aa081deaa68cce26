import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = [
  process.env.SOFTHSM2_MODULE,
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** Undefined where SoftHSM is not installed (`apt-get install softhsm2`). */
export const SOFTHSM_MODULE = PLACES.find((place) => place !== undefined && existsSync(place));

/** A process of its own: this one is to meet the module as the service does. */
const GENERATE = join(import.meta.dirname, 'generate-token-key.ts');

export const TOKEN = 'jpki';
export const PIN = 'SENTINEL-4321';

export interface SoftHsm {
  readonly module: string;
  readonly pinFile: string;
  /** What whoever calls the module has in its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Puts an AES key into the token. */
  addKey(label: string, octets?: number, id?: string): void;
  /** The token is taken away, and put back. */
  remove(): void;
  putBack(): void;
  setPin(pin: string): void;
  stop(): void;
}

/** A token of its own. The module is told where by SOFTHSM2_CONF. */
export function startSoftHsm(module: string): SoftHsm {
  const directory = mkdtempSync(join(tmpdir(), 'jpki-softhsm-'));
  const tokens = join(directory, 'tokens');
  mkdirSync(tokens);
  const conf = join(directory, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const env = { ...process.env, SOFTHSM2_CONF: conf };
  const util = (...args: string[]) => execFileSync('softhsm2-util', args, { env, stdio: 'pipe' });
  const pinFile = join(directory, 'pin');
  const setPin = (pin: string) => writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  setPin(PIN);
  util('--init-token', '--free', '--label', TOKEN, '--so-pin', 'security-officer', '--pin', PIN);
  let ids = 0;
  return {
    ...{ module, pinFile, env },
    addKey(label, octets = 32, id = (++ids).toString(16).padStart(4, '0')) {
      const args = [GENERATE, module, TOKEN, PIN, label, id, String(octets)];
      execFileSync(process.execPath, args, { env, stdio: 'pipe' });
    },
    remove: () => renameSync(tokens, `${tokens}-away`),
    putBack: () => {
      rmSync(tokens, { recursive: true, force: true });
      renameSync(`${tokens}-away`, tokens);
    },
    setPin,
    stop: () => rmSync(directory, { recursive: true, force: true }),
  };
}
