import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectKind } from './facts.ts';
import { judgeKind, type Outcome } from './judge.ts';

/** The tests of one kind of object; one file for each kind, so that two cores share them. */
export function describeDifferential(kind: ObjectKind): void {
  describe(kind, () => {
    let outcome: Outcome;
    beforeAll(() => {
      outcome = judgeKind(kind);
    }, 600_000);

    it('is read where it is valid; of the mutants some are and some are not', () => {
      expect(outcome.readable.valid).toBe(500);
      expect(outcome.readable.mutants).toBeGreaterThan(50);
      expect(outcome.readable.mutants).toBeLessThan(400);
    });

    it('says the same to everybody, or a clause decides', () => {
      expect(outcome.compared).toBeGreaterThan(5_000);
      expect(outcome.disagreements.length).toBeGreaterThan(50);
      expect(outcome.unexplained).toEqual([]);
    });

    it('has no explanation that explains nothing', () => {
      expect(outcome.stale).toEqual([]);
    });
  });
}
