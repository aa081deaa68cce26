import { describe, expect, it } from '@jest/globals';
import { buildPolicyTable } from '../../../src/core/jpki/policy-table.ts';

const TEST_POLICY = '1.2.392.200149.8.5.1.0.20';
const INVENTED = '2.25.1234';

describe('buildPolicyTable', () => {
  it('knows the production policies', () => {
    const table = buildPolicyTable({ testPolicies: false });
    expect([...table.values()]).toEqual([
      { policy: '1.2.392.200149.8.5.1.1.20', kind: 'digital-signature', medium: 'card' },
      { policy: '1.2.392.200149.8.5.1.3.30', kind: 'user-authentication', medium: 'card' },
      { policy: '1.2.392.200149.8.5.1.1.40', kind: 'digital-signature', medium: 'smartphone' },
    ]);
  });

  it('knows test policies only when told to', () => {
    expect(buildPolicyTable({ testPolicies: false }).has(TEST_POLICY)).toBe(false);
    expect(buildPolicyTable({ testPolicies: true }).get(TEST_POLICY)?.kind).toBe('digital-signature');
  });

  it('is extended by configuration', () => {
    const additional = [{ policy: INVENTED, kind: 'user-authentication', medium: 'smartphone' }] as const;
    expect(buildPolicyTable({ testPolicies: false, additional }).get(INVENTED)).toEqual(additional[0]);
  });

  it('refuses an addition that contradicts it, and accepts one that repeats it', () => {
    const known = { policy: '1.2.392.200149.8.5.1.1.20', kind: 'digital-signature', medium: 'card' } as const;
    expect(buildPolicyTable({ testPolicies: false, additional: [known] }).size).toBe(3);
    const other = [{ ...known, kind: 'user-authentication' }] as const;
    expect(() => buildPolicyTable({ testPolicies: false, additional: other })).toThrow('two meanings');
    const medium = [{ ...known, medium: 'smartphone' }] as const;
    expect(() => buildPolicyTable({ testPolicies: false, additional: medium })).toThrow('two meanings');
  });
});
