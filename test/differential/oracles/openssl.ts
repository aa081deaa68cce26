import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectKind, Oracle, Reading } from '../facts.ts';

/**
 * Each of the subcommands that start in some six milliseconds: `x509` loads every decoder first, and `ocsp` the certificates
 * that the system trusts, which take four times that.
 */
const COMMANDS: Readonly<Record<ObjectKind, string>> = {
  certificate: 'openssl asn1parse -inform DER -item X509 -in "$f"',
  crl: 'openssl crl -inform DER -in "$f" -noout -text -dateopt iso_8601',
  'ocsp-response': 'openssl ocsp -respin "$f" -noverify -no-CAfile -no-CApath -no-CAstore',
  cms: 'openssl cms -cmsout -print -noout -inform DER -in "$f"',
};

const time = (text: string): string => {
  const date = new Date(text.includes('-') ? text.replace(' ', 'T') : text);
  return Number.isNaN(date.getTime()) ? 'invalid' : date.toISOString();
};
/** In decimal where it is short, else in hexadecimal. */
const integer = (text: string): string =>
  `${text.startsWith('-') ? '-' : ''}${BigInt(text.replace('-', '')).toString(16)}`;
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);
const one = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';

const FACTS: Readonly<Record<ObjectKind, (text: string) => Reading>> = {
  certificate: (text) => ({
    serialNumber: integer(one(text, /^ {4}serialNumber: (\S+)/m)),
    signatureAlgorithm: one(text, /^ {6}algorithm: .*\((\d[\d.]*)\)$/m),
    notBefore: time(one(text, /^ {6}notBefore: (.+)$/m)),
    notAfter: time(one(text, /^ {6}notAfter: (.+)$/m)),
  }),
  crl: (text) => ({
    thisUpdate: time(one(text, /Last Update: (.+)$/m)),
    nextUpdate: /Next Update: NONE/.test(text) ? 'absent' : time(one(text, /Next Update: (.+)$/m)),
    version: one(text, /Version (\d)/),
  }),
  'ocsp-response': (text) => {
    // It says nothing of what it could read.
    const status = (/Responder Error: (\w+)/.exec(text)?.[1] ?? 'successful').toLowerCase();
    const names = ['successful', 'malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'];
    return { status: names.find((name) => name.toLowerCase() === status) ?? status };
  },
  // A value that it has no words for ends what it prints, in the middle of a line.
  cms: (text) =>
    !/\n\n@= /.test(text)
      ? {}
      : {
          signers: String(all(text, /^ {8}(d\.(?:issuerAndSerialNumber|subjectKeyIdentifier))/gm).length),
          eContentType: one(text, /eContentType: .*\((\d[\d.]*)\)/),
        },
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
      for (const [i, input] of inputs.entries()) writeFileSync(join(directory, `${i}.der`), input);
      const script = `for f in *.der; do echo "@@ $f"; ${COMMANDS[kind]} 2>&1; printf "\\n@= %d\\n" $?; done`;
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
