import { describe, expect, it } from '@jest/globals';
import { pathChecks } from '../../../src/core/verification/path-checks.ts';
import type { PathFailure } from '../../../src/core/x509/path/path.ts';

const failure = (code: PathFailure['code']): PathFailure => ({ code, clause: `clause of ${code}`, index: 0 });
const target = { notAfter: Date.UTC(2026, 0, 1) };
const result = (...codes: PathFailure['code'][]) => ({
  path: undefined,
  failures: codes.map(failure),
  candidatesTried: codes.length,
  targetValidity: undefined,
});
const judged = (...codes: PathFailure['code'][]) => pathChecks(result(...codes), target, null);

const rows: [PathFailure['code'], string, string][] = [
  ['signature', 'rfc5280.signature', 'NO_CERTIFICATE_CHAIN_FOUND'],
  ['name-chaining', 'rfc5280.name-chaining', 'NO_CERTIFICATE_CHAIN_FOUND'],
  ['key-identifier', 'rfc5280.key-identifier', 'NO_CERTIFICATE_CHAIN_FOUND'],
  ['algorithm', 'rfc5280.algorithm', 'CRYPTO_CONSTRAINTS_FAILURE'],
  ['validity', 'rfc5280.issuer-validity', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['basic-constraints', 'rfc5280.basic-constraints', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['path-length', 'rfc5280.path-length', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['key-usage', 'rfc5280.key-usage', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['policy', 'rfc5280.policy', 'CHAIN_CONSTRAINTS_FAILURE'],
  ['name-constraints', 'rfc5280.name-constraints', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['unknown-critical-extension', 'rfc5280.critical-extensions', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['version', 'rfc5280.version', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['path-limit', 'rfc5280.path-limit', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
];

describe('pathChecks without a path', () => {
  it.each(rows)('%s fails %s with %s', (code, check, subIndication) => {
    const checks = judged(code);
    expect(checks.find((one) => one.check === check)).toEqual({
      check,
      clause: `clause of ${code}`,
      outcome: 'failed',
      subIndication,
      detail: { index: 0 },
    });
    const failed = checks.filter(({ outcome }) => outcome === 'failed').map((one) => one.check);
    expect(failed).toEqual(['rfc5280.path', check]);
    expect(checks[0]?.subIndication).toBe(subIndication);
  });

  it('no candidate at all is NO_CERTIFICATE_CHAIN_FOUND', () => {
    expect(judged()[0]).toMatchObject({ check: 'rfc5280.path', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' });
  });

  it('names the weightiest of several', () => {
    expect(judged('algorithm', 'policy', 'version')[0]?.subIndication).toBe('CERTIFICATE_CHAIN_GENERAL_FAILURE');
  });

  it('calls the certificate expired when nothing else is wrong than that its issuers are as well', () => {
    const checks = pathChecks({ ...result('validity'), targetValidity: 'expired' }, target, null);
    expect(checks.at(-1)).toMatchObject({ check: 'rfc5280.validity', outcome: 'failed', subIndication: 'EXPIRED' });
    expect(checks[0]).toMatchObject({ outcome: 'failed', subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE' });
  });

  it('says nothing of validity', () => {
    expect(judged('signature').at(-1)).toMatchObject({ check: 'rfc5280.validity', outcome: 'not-applicable' });
  });
});
