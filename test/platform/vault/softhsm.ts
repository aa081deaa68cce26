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
  /** Puts an AES key into the token. */
  addKey(label: string, octets?: number, id?: string): void;
  /** The token is taken away, and put back. */
  remove(): void;
  putBack(): void;
  setPin(pin: string): void;
  stop(): void;
}

/**
 * A token of its own. The module reads SOFTHSM2_CONF from the environment of the process, which a test of jest has only a
 * copy of: it is set by the C library itself.
 */
export async function startSoftHsm(module: string): Promise<SoftHsm> {
  const directory = mkdtempSync(join(tmpdir(), 'jpki-softhsm-'));
  const tokens = join(directory, 'tokens');
  mkdirSync(tokens);
  const conf = join(directory, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  await setForProcess('SOFTHSM2_CONF', conf);
  const util = (...args: string[]) =>
    execFileSync('softhsm2-util', args, { env: { ...process.env, SOFTHSM2_CONF: conf }, stdio: 'pipe' });
  const pinFile = join(directory, 'pin');
  const setPin = (pin: string) => writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  setPin(PIN);
  util('--init-token', '--free', '--label', TOKEN, '--so-pin', 'security-officer', '--pin', PIN);
  let ids = 0;
  return {
    module,
    pinFile,
    addKey(label, octets = 32, id = (++ids).toString(16).padStart(4, '0')) {
      const args = [GENERATE, module, TOKEN, PIN, label, id, String(octets)];
      execFileSync(process.execPath, args, { env: { ...process.env, SOFTHSM2_CONF: conf }, stdio: 'pipe' });
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

async function setForProcess(name: string, value: string): Promise<void> {
  const { default: koffi } = await import('koffi');
  // of the program itself: whichever C library it is linked with
  koffi.load(null).func('int setenv(const char *name, const char *value, int overwrite)')(name, value, 1);
}
