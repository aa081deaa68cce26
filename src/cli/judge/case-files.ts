import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DecodeError } from '../../core/der/decode-error.ts';
import { CASE_FILES, TOO_MUCH_MEMORY } from './case-limits.ts';
import { hasRoomFor } from './memory-room.ts';
import { CaseProblem } from './verdict.ts';

/** The project folder, from the sources as from `dist`. */
const PROJECT = join(import.meta.dirname, '..', '..', '..');

const MIB = 1024 * 1024;

/** What a file may hold, how large it may be, and the labels of its PEM blocks (RFC 7468). */
const KINDS = {
  certificate: { limit: MIB, label: /^(X509 |TRUSTED )?CERTIFICATE$/ },
  crl: { limit: CASE_FILES, label: /^(X509 )?CRL$/ },
  'ocsp-response': { limit: MIB, label: /^OCSP RESPONSE$/ },
  cms: { limit: 32 * MIB, label: /^(CMS|PKCS7|PKCS #7 SIGNED DATA)$/ },
} as const;

export type FileKind = keyof typeof KINDS;
/** PEM is text that has to be taken apart beside its octets. */
const MAX_PEM = 48 * MIB;

/** Reads the files that a case names; CaseProblem for one that is not there, is no regular file, or is too large. */
export class CaseFiles {
  private total = 0;

  /** A file as it is. */
  read(field: string, path: string, limit = CASE_FILES): Uint8Array {
    const full = isAbsolute(path) ? path : join(PROJECT, path);
    try {
      // Asked before opening, which would wait for ever at a named pipe.
      if (!statSync(full).isFile()) throw new CaseProblem(`"${field}": ${path} is not a file`);
      const octets = readBounded(full, Math.min(limit, CASE_FILES - this.total));
      if (octets === undefined) throw new CaseProblem(`"${field}": ${path} is too large`);
      this.total += octets.length;
      return octets;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof CaseProblem || code === undefined) throw error;
      throw new CaseProblem(`"${field}": ${path.slice(0, 512)} cannot be read (${code})`);
    }
  }

  /** The DER of what a file holds: itself, or each of its PEM blocks. DecodeError where PEM has no such block. */
  readAll(field: string, path: string, kind: FileKind): readonly Uint8Array[] {
    const { limit, label } = KINDS[kind];
    const octets = this.read(field, path, limit);
    if (octets[0] === 0x30) return [octets];
    const content = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    if (content.indexOf('-----BEGIN ') < 0) return [octets];
    if (octets.length > MAX_PEM) throw new CaseProblem(`"${field}": ${path} is too large for PEM`);
    const blocks = decodePem(content.toString('latin1'), label);
    if (blocks.length === 0) throw new DecodeError('invalid-value', 0, `no PEM block of a ${kind}`);
    return blocks;
  }

  readFirst(field: string, path: string, kind: FileKind): Uint8Array {
    return this.readAll(field, path, kind)[0] as Uint8Array;
  }
}

/** Undefined when there are more octets than `limit`. */
function readBounded(path: string, limit: number): Uint8Array | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > limit) return undefined;
    if (size > MIB && !hasRoomFor(size)) throw new CaseProblem(TOO_MUCH_MEMORY);
    const octets = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const count = readSync(file, octets, length, size - length, null);
      if (count === 0) break;
      length += count;
    }
    return octets.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decodePem(text: string, wanted: RegExp): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = text.indexOf('-----BEGIN '); at >= 0; ) {
    const labelEnd = text.indexOf('-----', at + 11);
    const end = labelEnd < 0 ? -1 : text.indexOf('-----END ', labelEnd);
    if (end < 0) break;
    if (wanted.test(text.slice(at + 11, labelEnd)))
      blocks.push(Uint8Array.from(Buffer.from(text.slice(labelEnd + 5, end), 'base64')));
    at = text.indexOf('-----BEGIN ', end);
  }
  return blocks;
}
