import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectKind, Oracle, Reading } from '../facts.ts';

/** Starting a process costs as much as decoding a hundred inputs: one in so many is shown to the command. */
const ONE_IN = 10;

const COMMANDS: Readonly<Record<ObjectKind, string>> = {
  certificate: 'openssl x509 -inform DER -in "$f" -noout -serial -startdate -enddate -dateopt iso_8601',
  crl: 'openssl crl -inform DER -in "$f" -noout -text -dateopt iso_8601',
  'ocsp-response': 'openssl ocsp -respin "$f" -resp_text -noverify',
  cms: 'openssl cms -cmsout -print -noout -inform DER -in "$f"',
};

const time = (text: string): string => {
  const date = new Date(text.includes('-') ? text.replace(' ', 'T') : text);
  return Number.isNaN(date.getTime()) ? 'invalid' : date.toISOString();
};
const number = (hex: string): string =>
  `${hex.startsWith('-') ? '-' : ''}${BigInt(`0x${hex.replace('-', '')}`).toString(16)}`;
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);
const one = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';

const FACTS: Readonly<Record<ObjectKind, (text: string) => Reading>> = {
  certificate: (text) => ({
    serialNumber: number(one(text, /^serial=(\S+)/m)),
    notBefore: time(one(text, /^notBefore=(.+)$/m)),
    notAfter: time(one(text, /^notAfter=(.+)$/m)),
  }),
  crl: (text) => ({
    thisUpdate: time(one(text, /Last Update: (.+)$/m)),
    nextUpdate: /Next Update: NONE/.test(text) ? 'absent' : time(one(text, /Next Update: (.+)$/m)),
    version: one(text, /Version (\d)/),
  }),
  'ocsp-response': (text) => {
    const status = one(text, /(?:OCSP Response Status|Responder Error): (\w+)/).toLowerCase();
    const names = ['successful', 'malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'];
    return { status: names.find((name) => name.toLowerCase() === status) ?? status };
  },
  cms: (text) => ({
    signers: String(all(text, /^ {8}(d\.(?:issuerAndSerialNumber|subjectKeyIdentifier))/gm).length),
    eContentType: one(text, /eContentType: .*\((\d[\d.]*)\)/),
  }),
};

export function opensslVersion(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

/** One shell runs the command over a directory; what it writes is cut at the names of the files. */
const readAll =
  (kind: ObjectKind) =>
  (inputs: readonly Uint8Array[]): readonly (Reading | undefined)[] => {
    const directory = mkdtempSync(join(tmpdir(), 'differential-'));
    try {
      const chosen = inputs.map((_, i) => i).filter((i) => Math.floor(i / 2) % ONE_IN === 0);
      for (const i of chosen) writeFileSync(join(directory, `${i}.der`), inputs[i] ?? new Uint8Array());
      const script = `for f in *.der; do echo "@@ $f"; ${COMMANDS[kind]} 2>&1; echo "@= $?"; done`;
      const { stdout } = spawnSync('sh', ['-c', script], {
        cwd: directory,
        maxBuffer: 256 * 2 ** 20,
        encoding: 'latin1',
      });
      const readings = new Map<number, Reading>();
      for (const part of stdout.split(/^@@ /m).slice(1)) {
        // An error status of OCSP is read, and then leads to a failure of the command.
        const accepted = /^@= 0$|^Responder Error: /m.test(part);
        readings.set(Number.parseInt(part, 10), accepted ? FACTS[kind](part) : { refused: 'exit code' });
      }
      return inputs.map((_, i) => readings.get(i));
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

export const opensslOracle: Oracle = {
  name: 'openssl',
  reads: {
    certificate: readAll('certificate'),
    crl: readAll('crl'),
    'ocsp-response': readAll('ocsp-response'),
    cms: readAll('cms'),
  },
};
