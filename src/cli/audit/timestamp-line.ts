import type { SealTimestamp } from '../../core/audit/seal-timestamp.ts';
import { decodeTimestamp, describeTimestamp } from '../../core/audit/timestamp-text.ts';
import { decodeBase64 } from '../evidence/read-package.ts';

/** One line of a file of timestamps (NDJSON), without its end. */
export const encodeTimestampLine = (timestamp: SealTimestamp): string => JSON.stringify(describeTimestamp(timestamp));

/** Undefined for what is no such line. */
export function decodeTimestampLine(line: string): SealTimestamp | undefined {
  try {
    return decodeTimestamp(JSON.parse(line), decodeBase64);
  } catch {
    return undefined; // not JSON: torn by a crash
  }
}
