import { expect, it } from '@jest/globals';
import { holds, piecesOf } from './octets-within.ts';

const secret = Buffer.from('020406b4c1ff', 'hex');

it.each([0, 1, 2, 3, 4, 5])('finds octets in base64 behind %s others, and in hexadecimal', (before) => {
  const within = Buffer.concat([Buffer.alloc(before, 0x5a), secret, Buffer.alloc(7, 0xa5)]);
  for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
    expect(holds(Buffer.from(within.toString(encoding), 'latin1'), secret)).toBe(true);
  }
  expect(holds(Buffer.from(within.toString('hex').toUpperCase()), secret)).toBe(true);
});

it('finds nothing where another octet stands', () => {
  const other = Buffer.from('020406b4c1fe', 'hex');
  for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
    expect(holds(Buffer.from(other.toString(encoding), 'latin1'), secret)).toBe(false);
  }
});

it('cuts what is longer into pieces without a gap', () => {
  const octets = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
  expect(Buffer.concat(piecesOf(octets))).toEqual(octets.subarray(0, 96));
});
