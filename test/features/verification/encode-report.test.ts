import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CheckResult } from '../../../src/core/verdict/check.ts';
import { encodeReport } from '../../../src/features/verification/encode-report.ts';

const CHECK: CheckResult = {
  check: 'a.check',
  clause: 'RFC 5280 §6.1',
  outcome: 'passed',
  subIndication: null,
  detail: { checks: ['"checks":[]'] },
};

describe('a report as JSON', () => {
  it('is what JSON.stringify gives, again and again for the same checks', () => {
    const checks = fc.array(fc.record({ clause: fc.string(), detail: fc.dictionary(fc.string(), fc.string()) }));
    const parts = fc.record({ before: fc.string({ unit: 'binary' }), checks, after: fc.jsonValue() });
    fc.assert(
      fc.property(parts, ({ before, checks, after }) => {
        const same = checks.map((check) => ({ ...CHECK, ...check }));
        for (const report of [
          { before, checks: same, after },
          { before: `${before}!`, checks: same, after },
        ]) {
          expect(encodeReport(report).toString()).toBe(JSON.stringify(report));
        }
      }),
    );
  });

  it.each([
    ['without checks', { purpose: 'x', checks: [], attributes: null }],
    ['whose strings look like its members', { purpose: '"checks":[]', checks: [CHECK], after: { checks: [] } }],
    ['with Japanese in it', { reference: '見本', checks: [CHECK], attributes: { name: '見本　太郎𠮷' } }],
  ])('%s', (_what, report) => {
    expect(encodeReport(report).toString()).toBe(JSON.stringify(report));
  });
});
