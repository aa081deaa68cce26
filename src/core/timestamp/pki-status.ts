import { MAX_ELEMENTS } from '../der/limits.ts';
import type { DerValue } from '../der/reader.ts';
import { decodeUtf8 } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import { readEach, readNamedBits, readOctetString, readSmallInteger } from '../der/values.ts';

const STATUSES = [
  'granted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
] as const;

export type PkiStatus = (typeof STATUSES)[number];

/** PKIFailureInfo by bit, as RFC 3161 §2.4.2 has them. */
const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;

export type PkiFailure = keyof typeof FAILURES;

/** PKIStatusInfo (RFC 3161 §2.4.2). What the TSA says in words is read for its form alone. */
export interface PkiStatusInfo {
  readonly status: PkiStatus;
  /** Those that are known. */
  readonly failures: readonly PkiFailure[];
}

/** Throws DecodeError, also for a status that is not defined: what it would mean for the token nobody knows. */
export function decodePkiStatusInfo(value: DerValue): PkiStatusInfo {
  const fields = value.reader();
  const number = readSmallInteger(fields.next(tags.INTEGER));
  const texts = fields.nextIf(tags.SEQUENCE);
  if (texts !== undefined)
    for (const text of readEach(texts, MAX_ELEMENTS)) decodeUtf8(readOctetString(text, tags.UTF8_STRING), text.start);
  const bits = fields.nextIf(tags.BIT_STRING);
  fields.finish();
  const status = STATUSES[number];
  if (status === undefined) throw value.error('invalid-value', 'a PKIStatus that is not defined');
  const failInfo = bits === undefined ? 0 : readNamedBits(bits);
  const names = Object.keys(FAILURES) as PkiFailure[];
  return { status, failures: names.filter((name) => (failInfo & (1 << FAILURES[name])) !== 0) };
}
