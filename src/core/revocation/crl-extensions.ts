import { AUTHORITY_KEY_IDENTIFIER } from '../x509/extensions/identifiers.ts';
import type { RawExtension } from '../x509/extensions.ts';
import { refuse } from './evidence.ts';
import type { Refusal } from './status.ts';

export const CRL_NUMBER = '2.5.29.20';
export const DELTA_CRL_INDICATOR = '2.5.29.27';
export const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';

const PROCESSED = new Set([AUTHORITY_KEY_IDENTIFIER, CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT]);

/** RFC 5280 §5.2: a CRL with a critical extension that is not processed must not be used to determine any status. */
export function refuseCrlExtensions(extensions: readonly RawExtension[]): Refusal | undefined {
  const unknown = extensions.find(({ critical, extnID }) => critical && !PROCESSED.has(extnID));
  return unknown === undefined
    ? undefined
    : refuse('unknown-critical-extension', `critical CRL extension ${unknown.extnID} is not processed`);
}
