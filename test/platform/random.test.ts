import { describe, expect, it } from '@jest/globals';
import { takeRandom } from '../../src/platform/random.ts';

describe('takeRandom', () => {
  it('gives as many octets as asked for, never the same again, over many refills', () => {
    const taken = Array.from({ length: 5_000 }, () => takeRandom(12));
    expect(taken.every(({ length }) => length === 12)).toBe(true);
    expect(new Set(taken.map((octets) => octets.toString('hex'))).size).toBe(taken.length);
  });

  it('gives octets that belong to the caller: writing over them reaches no other', () => {
    takeRandom(12).fill(0);
    const before = takeRandom(12);
    const text = before.toString('hex');
    takeRandom(12).fill(0xff);
    expect(before.toString('hex')).toBe(text);
    expect(before.equals(Buffer.alloc(12))).toBe(false);
  });

  it('uses every octet value about equally', () => {
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 6_400; i++) for (const octet of takeRandom(10)) counts[octet] = (counts[octet] ?? 0) + 1;
    // 250 expected of each, standard deviation 16
    expect(Math.min(...counts)).toBeGreaterThan(150);
    expect(Math.max(...counts)).toBeLessThan(350);
  });
});
