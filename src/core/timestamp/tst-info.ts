import { MAX_TIMESTAMP_SIZE } from '../der/limits.ts';
import { type DerReader, type DerValue, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readFractionalTime } from '../der/time.ts';
import { readBoolean, readIntegerOctets, readObjectIdentifier, readSmallInteger } from '../der/values.ts';
import type { Instant } from '../instant.ts';
import { readExtensions } from '../x509/extensions/extension-list.ts';
import type { RawExtension } from '../x509/extensions.ts';
import { readGeneralName } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/name.ts';
import { decodeSerialNumber, type SerialNumber } from '../x509/serial-number.ts';
import { decodeMessageImprint, type MessageImprint } from './message-imprint.ts';

/** Either way; each part absent counts as nothing. */
export interface Accuracy {
  readonly seconds: number;
  readonly millis: number;
  readonly micros: number;
}

/** TSTInfo (RFC 3161 §2.4.2): what the TSA says. */
export interface TstInfo {
  readonly policy: string;
  readonly messageImprint: MessageImprint;
  readonly serialNumber: SerialNumber;
  /** Without what is smaller than a millisecond. */
  readonly genTime: Instant;
  /** Undefined: told elsewhere, as in the TSA's policy. */
  readonly accuracy: Accuracy | undefined;
  readonly ordering: boolean;
  /** Contents octets of the INTEGER. */
  readonly nonce: Uint8Array | undefined;
  readonly tsa: GeneralName | undefined;
  readonly extensions: readonly RawExtension[];
}

/** Octets of a nonce that anybody would ask with. */
const MAX_NONCE_SIZE = 128;

/** Throws DecodeError. */
export function decodeTstInfo(der: Uint8Array): TstInfo {
  const fields = readDer(der, MAX_TIMESTAMP_SIZE, tags.SEQUENCE).reader();
  const version = fields.next(tags.INTEGER);
  if (readSmallInteger(version) !== 1) throw version.error('unsupported-version', 'TSTInfo of another version');
  const policy = readObjectIdentifier(fields.next(tags.OBJECT_IDENTIFIER));
  const messageImprint = decodeMessageImprint(fields.next(tags.SEQUENCE));
  const serialNumber = decodeSerialNumber(fields.next(tags.INTEGER));
  const genTime = readFractionalTime(fields.next());
  const accuracy = fields.nextIf(tags.SEQUENCE);
  const ordering = readOrdering(fields);
  const nonce = fields.nextIf(tags.INTEGER);
  if (nonce !== undefined && nonce.length > MAX_NONCE_SIZE)
    throw nonce.error('size-limit', `a nonce of more than ${MAX_NONCE_SIZE} octets`);
  const tsa = readTsa(fields);
  const extensions = fields.nextIf(tags.contextConstructed(1));
  fields.finish();
  return {
    ...{ policy, messageImprint, serialNumber, genTime, ordering, tsa },
    accuracy: accuracy && decodeAccuracy(accuracy),
    nonce: nonce && readIntegerOctets(nonce),
    extensions: extensions === undefined ? [] : readSome(extensions),
  };
}

/** BOOLEAN DEFAULT FALSE (X.690 §11.5: a default is not written). */
function readOrdering(fields: DerReader): boolean {
  const element = fields.nextIf(tags.BOOLEAN);
  if (element !== undefined && !readBoolean(element))
    throw element.error('non-minimal-value', 'ordering FALSE is the default');
  return element !== undefined;
}

/** GeneralName is a CHOICE, so its tag is EXPLICIT. */
function readTsa(fields: DerReader): GeneralName | undefined {
  if (fields.nextTag !== tags.contextConstructed(0)) return undefined;
  const outer = fields.enter(tags.contextConstructed(0));
  const name = readGeneralName(fields);
  fields.leave(outer);
  return name;
}

/** [1] IMPLICIT Extensions, SIZE (1..MAX). */
function readSome(value: DerValue): readonly RawExtension[] {
  const extensions = readExtensions(value.reader());
  if (extensions.length === 0) throw value.error('invalid-value', 'Extensions without an extension');
  return extensions;
}

/** millis [0] and micros [1] are from 1 to 999. */
function decodeAccuracy(value: DerValue): Accuracy {
  const fields = value.reader();
  const seconds = fields.nextIf(tags.INTEGER);
  const [millis, micros] = [0, 1].map((n) => {
    const part = fields.nextIf(tags.contextPrimitive(n));
    const number = part === undefined ? 0 : readSmallInteger(part, part.tag);
    if (part !== undefined && (number < 1 || number > 999))
      throw part.error('invalid-value', 'a part of an accuracy that is not from 1 to 999');
    return number;
  }) as [number, number];
  fields.finish();
  return { seconds: seconds === undefined ? 0 : readSmallInteger(seconds), millis, micros };
}
