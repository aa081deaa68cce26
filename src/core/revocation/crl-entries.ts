import { DecodeError } from '../der/decode-error.ts';
import { DerElement, DerReader } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readTime } from '../der/time.ts';
import type { Crl, CrlEntry } from './crl.ts';
import { EntryExtensionReader } from './crl-entry-extensions.ts';
import { ElementCursor } from './element-cursor.ts';
import { reasonOfNumber } from './reason.ts';

/** As certificates: 20 octets, and a sign octet where the number needs one. */
const MAX_SERIAL_OCTETS = 21;

/** What a walk over all entries found. The first critical extension that is not processed ends it. */
export type EntryWalk =
  | { readonly usable: true; readonly indirect: boolean }
  | { readonly usable: false; readonly extnID: string };

/**
 * Walks revokedCertificates once (RFC 5280 §5.1.2.6): each serial, date and extension is validated, nothing is built.
 * `visit` gets the offset of each entry of the CRL's own issuer. Throws DecodeError alone.
 */
export function walkEntries(
  crl: Pick<Crl, 'der' | 'version' | 'revokedCertificates'>,
  visit: (at: number) => void,
): EntryWalk {
  const { der, version, revokedCertificates } = crl;
  if (revokedCertificates === undefined) return { usable: true, indirect: false };
  const entry = new ElementCursor(der);
  const field = new ElementCursor(der);
  const extensions = new EntryExtensionReader(der);
  let indirect = false;
  for (let offset = revokedCertificates.start; offset < revokedCertificates.end; offset = entry.end) {
    entry.read(offset, revokedCertificates.end, tags.SEQUENCE);
    field.read(entry.contentStart, entry.end, tags.INTEGER);
    validateSerial(field);
    field.read(field.end, entry.end);
    validateTime(field);
    if (field.end < entry.end) {
      // §5.3: entry extensions only in v2.
      if (version !== 2) throw new DecodeError('unsupported-version', offset, 'entry extensions in a v1 CRL');
      field.read(field.end, entry.end, tags.SEQUENCE);
      extensions.read(field.contentStart, field.end);
      if (extensions.unprocessed !== undefined) return { usable: false, extnID: extensions.unprocessed };
      // §5.3.3: a certificate issuer holds for the entries that follow as well.
      if (extensions.certificateIssuer) indirect = true;
      if (field.end < entry.end) throw new DecodeError('trailing-bytes', field.end, 'octets after an entry');
    }
    if (!indirect) visit(offset);
  }
  return { usable: true, indirect };
}

function validateSerial({ buffer, contentStart, end }: ElementCursor): void {
  const length = end - contentStart;
  if (length === 0) throw new DecodeError('invalid-value', contentStart, 'INTEGER without contents');
  if (length > MAX_SERIAL_OCTETS) throw new DecodeError('size-limit', contentStart, 'serial number too long');
  if (length === 1) return;
  const nine = ((buffer[contentStart] as number) << 1) | ((buffer[contentStart + 1] as number) >> 7);
  if (nine === 0 || nine === 0x1ff)
    throw new DecodeError('non-minimal-value', contentStart, 'serial number not minimal');
}

/** The plain cases by their digits; what is left (days above 28, errors) by readTime. */
function validateTime(field: ElementCursor): void {
  const { buffer, tag, contentStart, end } = field;
  const month = end - 11;
  const plain =
    ((tag === tags.UTC_TIME && end - contentStart === 13) ||
      (tag === tags.GENERALIZED_TIME && end - contentStart === 15)) &&
    buffer[end - 1] === 0x5a &&
    allDigits(buffer, contentStart, end - 1) &&
    within(buffer, month, 1, 12) &&
    within(buffer, month + 2, 1, 28) &&
    within(buffer, month + 4, 0, 23) &&
    within(buffer, month + 6, 0, 59) &&
    within(buffer, month + 8, 0, 59);
  if (!plain) readTime(new DerElement(buffer, tag, contentStart - 2, contentStart, end, 0));
}

function allDigits(buffer: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const octet = buffer[i] as number;
    if (octet < 0x30 || octet > 0x39) return false;
  }
  return true;
}

function within(buffer: Uint8Array, at: number, least: number, most: number): boolean {
  const value = ((buffer[at] as number) - 0x30) * 10 + (buffer[at + 1] as number) - 0x30;
  return value >= least && value <= most;
}

/** Reads the entry at `offset`, which a walk has validated. */
export function readEntry(crl: Pick<Crl, 'der'>, offset: number): CrlEntry {
  const inside = new DerReader(crl.der, offset).next(tags.SEQUENCE).reader();
  inside.next(tags.INTEGER);
  const revokedAt = readTime(inside.next());
  if (inside.atEnd) return { revokedAt, reason: null };
  const list = inside.next(tags.SEQUENCE);
  const extensions = new EntryExtensionReader(crl.der);
  extensions.read(list.contentStart, list.end);
  const { reason } = extensions;
  return { revokedAt, reason: reason === undefined ? null : (reasonOfNumber(reason) ?? null) };
}
