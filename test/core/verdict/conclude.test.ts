import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CheckResult, Indication, Outcome, SubIndication } from '../../../src/core/verdict/check.ts';
import { conclude, concludeSeveral } from '../../../src/core/verdict/conclude.ts';
import { SUB_INDICATIONS, selectWeightiest } from '../../../src/core/verdict/indication.ts';

const result = (check: string, outcome: Outcome, subIndication: SubIndication | null = null): CheckResult => ({
  check,
  clause: 'test',
  outcome,
  subIndication: outcome === 'failed' ? subIndication : null,
  detail: {},
});

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const subIndication = fc.constantFrom(...SUB_INDICATIONS.map((row) => row.subIndication));
const outcome = fc.constantFrom<Outcome>('passed', 'failed', 'reported', 'not-applicable');
const anyCheck = fc
  .tuple(fc.constantFrom(...NAMES), outcome, subIndication)
  .map(([name, went, sub]) => result(name, went, sub));
const checks = fc.array(anyCheck, { maxLength: 8 });
const required = fc.subarray([...NAMES]);

/** How good an indication is for who wants the signature accepted. */
const GOODNESS: Record<Indication, number> = { 'TOTAL-PASSED': 2, INDETERMINATE: 1, 'TOTAL-FAILED': 0 };

describe('the table', () => {
  it('names every TOTAL-FAILED before every INDETERMINATE and no TOTAL-PASSED', () => {
    const indications = SUB_INDICATIONS.map(({ indication }) => indication);
    expect(indications.lastIndexOf('TOTAL-FAILED')).toBe(5);
    expect(indications.indexOf('INDETERMINATE')).toBe(6);
    expect(indications).not.toContain('TOTAL-PASSED');
    expect(new Set(SUB_INDICATIONS.map((row) => row.subIndication)).size).toBe(13);
  });

  it('has the order of the house', () => {
    expect(SUB_INDICATIONS.map((row) => row.subIndication)).toEqual([
      'FORMAT_FAILURE',
      'HASH_FAILURE',
      'SIG_CRYPTO_FAILURE',
      'REVOKED',
      'EXPIRED',
      'NOT_YET_VALID',
      'NO_SIGNING_CERTIFICATE_FOUND',
      'NO_CERTIFICATE_CHAIN_FOUND',
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      'CHAIN_CONSTRAINTS_FAILURE',
      'CRYPTO_CONSTRAINTS_FAILURE',
      'SIG_CONSTRAINTS_FAILURE',
      'TRY_LATER',
    ]);
  });

  it('selects the weightiest', () => {
    expect(selectWeightiest(['TRY_LATER', 'EXPIRED', 'REVOKED'])).toBe('REVOKED');
    expect(selectWeightiest([])).toBeUndefined();
  });
});

describe('conclude', () => {
  const unanswered = { indication: 'INDETERMINATE', subIndication: null, retryable: false };

  it('passes when every required check passed', () => {
    const all = [result('a', 'passed'), result('b', 'reported'), result('c', 'not-applicable')];
    expect(conclude(all, ['a'])).toEqual({ indication: 'TOTAL-PASSED', subIndication: null, retryable: false });
  });

  it.each<[string, CheckResult[], string[]]>([
    ['no outcomes', [], ['a']],
    ['no outcomes and nothing required', [], []],
    ['nothing required', [result('a', 'passed')], []],
    ['a required check is absent', [result('a', 'passed')], ['a', 'b']],
    ['a required check is not applicable', [result('a', 'not-applicable')], ['a']],
    ['a required check is only reported', [result('a', 'reported')], ['a']],
    [
      'a required check passed once and was not applicable once',
      [result('a', 'passed'), result('a', 'reported')],
      ['a'],
    ],
    ['a check failed without a sub-indication', [result('a', 'passed'), result('b', 'failed')], ['a']],
  ])('is INDETERMINATE when %s', (_, given, wanted) => {
    expect(conclude(given, wanted)).toEqual(unanswered);
  });

  it('is retryable for TRY_LATER alone', () => {
    for (const row of SUB_INDICATIONS) {
      const conclusion = conclude([result('a', 'failed', row.subIndication)], ['a']);
      expect(conclusion).toEqual({ ...row, retryable: row.subIndication === 'TRY_LATER' });
    }
    const both = [result('a', 'failed', 'TRY_LATER'), result('b', 'failed', 'SIG_CONSTRAINTS_FAILURE')];
    expect(conclude(both, ['a'])).toEqual({
      indication: 'INDETERMINATE',
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      retryable: false,
    });
  });

  it('a failure that nothing required counts as well', () => {
    expect(conclude([result('a', 'passed'), result('b', 'failed', 'EXPIRED')], ['a']).subIndication).toBe('EXPIRED');
  });

  it('does not ask in which order the checks stand', () => {
    const shuffled = checks.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, required, ([all, mixed], wanted) => {
        expect(conclude(mixed, wanted)).toEqual(conclude(all, wanted));
      }),
    );
  });

  it('never gets better when an outcome turns to failed', () => {
    fc.assert(
      fc.property(checks, required, fc.nat(), subIndication, (all, wanted, which, sub) => {
        fc.pre(all.length > 0);
        const index = which % all.length;
        const worse = all.map((one, i) =>
          i === index && one.outcome !== 'failed' ? result(one.check, 'failed', sub) : one,
        );
        const before = conclude(all, wanted);
        const after = conclude(worse, wanted);
        expect(GOODNESS[after.indication]).toBeLessThanOrEqual(GOODNESS[before.indication]);
        if (worse.some(({ outcome: went }) => went === 'failed')) expect(after.indication).not.toBe('TOTAL-PASSED');
      }),
    );
  });

  it('never gets better when more is required or a check is taken away that did not fail', () => {
    fc.assert(
      fc.property(checks, required, fc.constantFrom(...NAMES), (all, wanted, more) => {
        fc.pre(wanted.length > 0);
        const before = GOODNESS[conclude(all, wanted).indication];
        expect(GOODNESS[conclude(all, [...wanted, more]).indication]).toBeLessThanOrEqual(before);
        const fewer = all.filter(({ check, outcome: went }) => check !== more || went === 'failed');
        expect(GOODNESS[conclude(fewer, wanted).indication]).toBeLessThanOrEqual(before);
      }),
    );
  });

  it('passes exactly when nothing failed and all that is required passed', () => {
    fc.assert(
      fc.property(checks, required, (all, wanted) => {
        const passes =
          wanted.length > 0 &&
          all.every(({ outcome: went }) => went !== 'failed') &&
          wanted.every((name) => {
            const named = all.filter(({ check }) => check === name);
            return named.length > 0 && named.every(({ outcome: went }) => went === 'passed');
          });
        expect(conclude(all, wanted).indication === 'TOTAL-PASSED').toBe(passes);
      }),
    );
  });
});

describe('concludeSeveral', () => {
  const good = conclude([result('a', 'passed')], ['a']);
  const later = conclude([result('a', 'failed', 'TRY_LATER')], ['a']);
  const forged = conclude([result('a', 'failed', 'SIG_CRYPTO_FAILURE')], ['a']);
  const open = conclude([], ['a']);

  it('passes when all pass', () => expect(concludeSeveral([good, good])).toEqual(good));
  it('is INDETERMINATE without a signature', () => expect(concludeSeveral([])).toEqual(open));
  it('is INDETERMINATE when one gave no answer', () => expect(concludeSeveral([good, open, good])).toEqual(open));
  it('is retryable when only an answer is missing', () => expect(concludeSeveral([good, later])).toEqual(later));
  it('names the weightiest failure of any', () => {
    expect(concludeSeveral([good, later, forged, open])).toEqual(forged);
    expect(concludeSeveral([open, later])).toEqual(later);
  });
});
