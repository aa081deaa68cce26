import { describe, expect, it } from '@jest/globals';
import { decodeBase64 } from '../../../src/cli/evidence/read-package.ts';
import {
  decodeLink,
  decodeTimestamp,
  describeLink,
  describeTimestamp,
  type LinkDocument,
} from '../../../src/core/audit/timestamp-text.ts';
import { sealHash } from './timestamps.ts';

const timestamp = {
  ...{ number: 2, firstBatch: 11, lastBatch: 20, sealsRoot: sealHash(1), timestampsRoot: sealHash(2) },
  token: new Uint8Array([0x30, 0]),
};
const link = { ...timestamp, path: [sealHash(3), sealHash(4)] };

it('writes a timestamp down and reads it again', () => {
  expect(decodeTimestamp(JSON.parse(JSON.stringify(describeTimestamp(timestamp))), decodeBase64)).toEqual(timestamp);
  expect(decodeLink(JSON.parse(JSON.stringify(describeLink(link))), decodeBase64)).toEqual(link);
});

describe('is no timestamp', () => {
  it.each<[string, object]>([
    ['of another version', { version: 2 }],
    ['number 0', { number: 0 }],
    ['of a batch before the first', { firstBatch: 0 }],
    ['whose batches go backwards', { lastBatch: 10 }],
    ['with half a batch', { lastBatch: 20.5 }],
    ['with a number as text', { number: '2' }],
    ['with a root in upper case', { sealsRoot: 'A'.repeat(64) }],
    ['with a root cut short', { timestampsRoot: 'a'.repeat(62) }],
    ['with a token that is no base64', { token: 'MA' }],
    ['without a token', { token: undefined }],
  ])('%s', (_what, change) => {
    const document: LinkDocument = { ...describeLink(link), ...change };
    expect([decodeTimestamp(document, decodeBase64), decodeLink(document, decodeBase64)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([null, 'x', [], {}])('%j', (document) => {
    expect(decodeTimestamp(document, decodeBase64)).toBeUndefined();
  });

  it('a link without its path, or with a hash of another length in it', () => {
    expect(decodeLink(describeTimestamp(timestamp), decodeBase64)).toBeUndefined();
    expect(decodeLink({ ...describeLink(link), path: ['ab'] }, decodeBase64)).toBeUndefined();
  });
});
