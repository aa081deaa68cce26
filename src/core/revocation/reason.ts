import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import type { CrlReason } from './status.ts';

/** CRLReason (RFC 5280 §5.3.1); 7 is not used. */
const REASONS: readonly (CrlReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** The number of removeFromCRL. */
export const REMOVE_FROM_CRL = 8;

export function reasonOfNumber(number: number): CrlReason | undefined {
  return REASONS[number];
}

/** Reads an ENUMERATED CRLReason; a number that RFC 5280 does not assign is a DecodeError. */
export function decodeReason(element: DerElement): CrlReason {
  const number = element.tag === tags.ENUMERATED && element.length === 1 ? element.buffer[element.contentStart] : -1;
  const reason = reasonOfNumber(number as number);
  if (reason === undefined) throw element.error('invalid-value', 'not a CRLReason');
  return reason;
}
