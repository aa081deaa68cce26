import { encodeBase64 } from '../base64.ts';
import { toHex } from '../bytes.ts';
import { hasShape, type Shape } from '../evidence/json-shape.ts';
import type { SealTimestamp } from './seal-timestamp.ts';
import { HASH_OCTETS } from './sha256.ts';
import type { TimestampLink } from './timestamp-chain.ts';

/** A timestamp as files show it; one line of a file of timestamps. */
export interface TimestampDocument {
  readonly version: 1;
  readonly number: number;
  readonly firstBatch: number;
  readonly lastBatch: number;
  /** Lower-case hexadecimal, as are the other hashes. */
  readonly sealsRoot: string;
  readonly timestampsRoot: string;
  /** base64 of the DER TimeStampToken. */
  readonly token: string;
}

export interface LinkDocument extends TimestampDocument {
  /** From the lowest hash to the root. */
  readonly path: readonly string[];
}

type DecodeBase64 = (text: string) => Uint8Array | undefined;

const FIELDS: { readonly [member: string]: Shape } = {
  ...{ version: 'number', number: 'number', firstBatch: 'number', lastBatch: 'number' },
  ...{ sealsRoot: 'string', timestampsRoot: 'string', token: 'string' },
};
const TIMESTAMP: Shape = { object: FIELDS };
export const LINK: Shape = { object: { ...FIELDS, path: { list: 'string' } } };

export function describeTimestamp(timestamp: SealTimestamp): TimestampDocument {
  const { number, firstBatch, lastBatch, sealsRoot, timestampsRoot, token } = timestamp;
  return {
    ...{ version: 1, number, firstBatch, lastBatch, sealsRoot: toHex(sealsRoot) },
    ...{ timestampsRoot: toHex(timestampsRoot), token: encodeBase64(token) },
  };
}

export const describeLink = (link: TimestampLink): LinkDocument => ({
  ...describeTimestamp(link),
  path: link.path.map(toHex),
});

/** Undefined for what is no such document. `decodeBase64` is the platform's, and strict. */
export function decodeTimestamp(document: unknown, decodeBase64: DecodeBase64): SealTimestamp | undefined {
  if (!hasShape(document, TIMESTAMP)) return undefined;
  const { version, number, firstBatch, lastBatch, ...rest } = document as TimestampDocument;
  const [sealsRoot, timestampsRoot] = [rest.sealsRoot, rest.timestampsRoot].map(decodeHash);
  const token = decodeBase64(rest.token);
  if (version !== 1 || number < 1 || firstBatch < 1 || lastBatch < firstBatch) return undefined;
  if (sealsRoot === undefined || timestampsRoot === undefined || token === undefined) return undefined;
  return { number, firstBatch, lastBatch, sealsRoot, timestampsRoot, token };
}

export function decodeLink(document: unknown, decodeBase64: DecodeBase64): TimestampLink | undefined {
  const timestamp = decodeTimestamp(document, decodeBase64);
  if (timestamp === undefined || !hasShape(document, LINK)) return undefined;
  const path = (document as LinkDocument).path.map(decodeHash);
  return path.includes(undefined) ? undefined : { ...timestamp, path: path.flatMap((hash) => hash ?? []) };
}

const HASH = /^[0-9a-f]{64}$/;

function decodeHash(text: string): Uint8Array | undefined {
  if (!HASH.test(text)) return undefined;
  return Uint8Array.from({ length: HASH_OCTETS }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}
