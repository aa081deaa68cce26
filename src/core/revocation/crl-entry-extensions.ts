import { DecodeError } from '../der/decode-error.ts';
import { type DerElement, DerReader } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readGeneralizedTime } from '../der/time.ts';
import { readObjectIdentifier } from '../der/values.ts';
import { decodeGeneralNames } from '../x509/general-name.ts';
import { ElementCursor } from './element-cursor.ts';
import { reasonOfNumber } from './reason.ts';

/** Last octet of the extnIDs under 2.5.29 that are processed. */
const REASON_CODE = 21;
const INVALIDITY_DATE = 24;
const CERTIFICATE_ISSUER = 29;
const MAX_EXTENSIONS = 16;

/** Reads the extensions of one entry after the other (RFC 5280 §5.3); what the last one said stands in the fields. */
export class EntryExtensionReader {
  /** reasonCode by its number. */
  reason: number | undefined;
  certificateIssuer = false;
  /** A critical extension that is not processed. */
  unprocessed: string | undefined;
  private readonly buffer: Uint8Array;
  private readonly extension: ElementCursor;
  private readonly field: ElementCursor;
  private readonly earlier: ElementCursor;

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
    this.extension = new ElementCursor(buffer);
    this.field = new ElementCursor(buffer);
    this.earlier = new ElementCursor(buffer);
  }

  /** The contents of Extensions, from `start` to `end`. Throws DecodeError alone. */
  read(start: number, end: number): void {
    this.reason = undefined;
    this.certificateIssuer = false;
    this.unprocessed = undefined;
    if (start === end) throw new DecodeError('invalid-value', start, 'Extensions without an extension');
    let count = 0;
    for (let offset = start; offset < end; offset = this.extension.end) {
      if (++count > MAX_EXTENSIONS) throw new DecodeError('count-limit', offset, 'too many entry extensions');
      this.extension.read(offset, end, tags.SEQUENCE);
      this.readExtension(start, offset);
    }
  }

  private readExtension(listStart: number, offset: number): void {
    const { buffer, extension, field } = this;
    const idAt = extension.contentStart;
    field.read(idAt, extension.end, tags.OBJECT_IDENTIFIER);
    const idEnd = field.end;
    if (offset !== listStart && this.occursBefore(listStart, offset, idAt, idEnd))
      throw new DecodeError('duplicate', offset, 'an entry extension occurs twice');
    field.read(idEnd, extension.end);
    const critical = field.tag === tags.BOOLEAN;
    if (critical) {
      // X.690 §11.5: a DEFAULT value is not encoded.
      if (field.end - field.contentStart !== 1 || buffer[field.contentStart] !== 0xff)
        throw new DecodeError('invalid-value', field.contentStart, 'critical is not TRUE');
      field.read(field.end, extension.end);
    }
    if (field.tag !== tags.OCTET_STRING || field.end !== extension.end)
      throw new DecodeError('invalid-value', offset, 'not an Extension');
    this.readValue(idAt, idEnd, critical, field.contentStart, field.end);
  }

  private readValue(idAt: number, idEnd: number, critical: boolean, start: number, end: number): void {
    const { buffer, field } = this;
    const underCe = idEnd - idAt === 5 && buffer[idAt + 2] === 0x55 && buffer[idAt + 3] === 0x1d;
    switch (underCe ? buffer[idAt + 4] : undefined) {
      case REASON_CODE:
        field.read(start, end, tags.ENUMERATED);
        this.reason = buffer[field.contentStart] as number;
        if (field.end - field.contentStart !== 1 || field.end !== end || reasonOfNumber(this.reason) === undefined)
          throw new DecodeError('invalid-value', start, 'not a CRLReason');
        break;
      case INVALIDITY_DATE:
        // Since when the key is suspected. It moves nothing: the certificate is revoked now.
        readGeneralizedTime(onlyElement(buffer, start, end));
        break;
      case CERTIFICATE_ISSUER:
        decodeGeneralNames(onlyElement(buffer, start, end));
        this.certificateIssuer = true;
        break;
      default: {
        const extnID = readObjectIdentifier(onlyElement(buffer, idAt, idEnd));
        if (critical) this.unprocessed ??= extnID;
      }
    }
  }

  /** Does an extension before `until` in the list have the OBJECT IDENTIFIER that stands at `idAt`? */
  private occursBefore(listStart: number, until: number, idAt: number, idEnd: number): boolean {
    const { buffer, earlier } = this;
    for (let offset = listStart; offset < until; offset = earlier.end) {
      earlier.read(offset, until);
      let same = true;
      for (let i = 0; i < idEnd - idAt && same; i++) same = buffer[earlier.contentStart + i] === buffer[idAt + i];
      if (same) return true;
    }
    return false;
  }
}

function onlyElement(buffer: Uint8Array, start: number, end: number): DerElement {
  const reader = new DerReader(buffer, start, end);
  const element = reader.next();
  reader.finish();
  return element;
}
