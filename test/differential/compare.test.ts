import { describe, expect, it } from '@jest/globals';
import { compareReadings, type Disagreement, type Explanation, explains } from './compare.ts';
import { numberOf } from './facts.ts';
import { EXPLANATIONS } from './judge.ts';

describe('a comparison', () => {
  const ours = { serialNumber: '1', subject: 'a' };

  it('sees each fact that both give', () => {
    expect(compareReadings(ours, { serialNumber: '1' })).toEqual([]);
    expect(compareReadings(ours, { serialNumber: '2', other: 'x' })).toEqual([
      { fact: 'serialNumber', ours: '1', theirs: '2' },
    ]);
  });

  it('sees that one reads what the other refuses', () => {
    const refused = { refused: 'no (invalid-value at offset 7)' };
    expect(compareReadings(refused, refused)).toEqual([]);
    expect(compareReadings(refused, ours)).toEqual([
      { fact: 'accepted', ours: 'no (invalid-value)', theirs: 'accepted' },
    ]);
    expect(compareReadings(ours, { refused: 'so' })).toEqual([{ fact: 'accepted', ours: 'accepted', theirs: 'so' }]);
  });

  it('compares numbers, not their spelling', () => {
    expect(numberOf(Uint8Array.of(0, 255))).toBe('ff');
    expect(numberOf(Uint8Array.of(255))).toBe('-1');
    expect(numberOf(new Uint8Array())).toBe('none');
  });
});

describe('an explanation', () => {
  const disagreement: Disagreement = {
    object: 'crl',
    oracle: 'pkijs',
    fact: 'entries',
    ours: 'a',
    theirs: 'b',
    input: 3,
  };
  const explanation: Explanation = {
    objects: ['crl'],
    oracles: ['pkijs'],
    fact: 'entries',
    ours: '^a$',
    theirs: '^b$',
    clause: 'RFC 5280 §5.1',
    reason: 'so',
  };

  it('explains exactly what it names', () => {
    expect(explains(explanation, disagreement)).toBe(true);
    expect(explains({ ...explanation, oracles: ['*'], inputs: [3] }, disagreement)).toBe(true);
    const others: Partial<Explanation>[] = [
      { objects: ['cms'] },
      { oracles: ['openssl'] },
      { fact: 'entr' },
      { ours: '^b$' },
      { theirs: '^a$' },
      { inputs: [4] },
    ];
    for (const other of others) expect(explains({ ...explanation, ...other }, disagreement)).toBe(false);
  });

  it('names a clause and a reason', () => {
    for (const { clause, reason, objects, oracles } of EXPLANATIONS) {
      expect(clause).toMatch(/RFC \d+|X\.6\d\d|limits of/);
      expect(reason.length).toBeGreaterThan(20);
      expect(objects.length * oracles.length).toBeGreaterThan(0);
    }
  });

  it('of what we accept and others refuse names the inputs', () => {
    for (const { ours, theirs, inputs } of EXPLANATIONS)
      if (ours === '^accepted$') expect([theirs, inputs?.length ?? 0]).not.toEqual([theirs, 0]);
  });
});
