import { expect, it } from '@jest/globals';
import { type AuditSeal, isSameSeal } from '../../../src/core/audit/seal.ts';
import { decodeSeal, describeSeal } from '../../../src/core/audit/seal-text.ts';

const hex = (digit: string) => digit.repeat(64);
const octets = (octet: number, length: number) => new Uint8Array(length).fill(octet);
const SEAL: AuditSeal = {
  ...{ batch: 7, treeSize: 3, root: octets(0xaa, 32), previous: octets(0xbb, 32) },
  ...{ sealedAt: Date.parse('2026-06-01T03:00:00.120Z'), keyId: hex('c'), signature: octets(1, 64) },
};
const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

it('is one document, and the same seal again', () => {
  const document = describeSeal(SEAL);
  expect(document).toEqual({
    ...{ version: 1, batch: 7, treeSize: 3, root: hex('a'), previous: hex('b'), sealedAt: '2026-06-01T03:00:00.120Z' },
    ...{ keyId: hex('c'), signature: Buffer.alloc(64, 1).toString('base64') },
  });
  const decoded = decodeSeal(JSON.parse(JSON.stringify(document)), base64);
  expect(decoded !== undefined && isSameSeal(decoded, SEAL)).toBe(true);
});

it.each([
  null,
  'x',
  [],
  {},
  { version: 2 },
  { batch: -1 },
  { batch: 1.5 },
  { batch: '7' },
  { treeSize: null },
  { root: hex('A') },
  { root: `${hex('a')}a` },
  { previous: hex('b').slice(1) },
  { keyId: 5 },
  { sealedAt: 'yesterday' },
  { sealedAt: '2026-06-01T12:00:00.120+09:00' },
  { sealedAt: 1 },
  { signature: 'AAAA' },
  { signature: null },
])('is nothing else: %j', (change) => {
  const isChange = typeof change === 'object' && change !== null && Object.keys(change).length > 0;
  const document = isChange && !Array.isArray(change) ? { ...describeSeal(SEAL), ...change } : change;
  expect(decodeSeal(document, base64)).toBeUndefined();
});
