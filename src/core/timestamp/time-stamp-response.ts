import { MAX_TIMESTAMP_SIZE } from '../der/limits.ts';
import { readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { decodePkiStatusInfo, type PkiStatusInfo } from './pki-status.ts';

export type TimeStampResponse =
  /** `token`: DER of the ContentInfo, unread. */
  | { readonly granted: true; readonly token: Uint8Array }
  | { readonly granted: false; readonly statusInfo: PkiStatusInfo };

/**
 * TimeStampResp (RFC 3161 §2.4.2): a token is there where it was granted, and then alone. What was granted with
 * modifications is a token like another, to be held against what was asked for. Throws DecodeError.
 */
export function decodeTimeStampResponse(der: Uint8Array): TimeStampResponse {
  const response = readDer(der, MAX_TIMESTAMP_SIZE, tags.SEQUENCE);
  const fields = response.reader();
  const statusInfo = decodePkiStatusInfo(fields.next(tags.SEQUENCE));
  const token = fields.nextIf(tags.SEQUENCE);
  fields.finish();
  const granted = statusInfo.status === 'granted' || statusInfo.status === 'grantedWithMods';
  if (granted !== (token !== undefined))
    throw response.error('invalid-value', 'a token where none was granted, or none where one was');
  return token === undefined ? { granted: false, statusInfo } : { granted: true, token: token.der };
}
