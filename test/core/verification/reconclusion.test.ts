import { describe, expect, it } from '@jest/globals';
import {
  usesUpChallenge,
  withCertificateConflict,
  withChallengeLost,
  withRevokedOnFile,
} from '../../../src/core/verification/reconclusion.ts';
import { runVector } from '../../vectors/run-vector.ts';
import type { Vector } from '../../vectors/vector.ts';

const report = (inputs: Vector['inputs']) =>
  runVector({
    id: 'test',
    prose: '',
    inputs,
    expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
  }).report;
const KNOWN = { challenge: { state: 'known' } } as const;
const passed = report(KNOWN);
const revoked = report({ ...KNOWN, evidence: { says: 'revoked', revokedAt: '2026-05-01T00:00:00Z' } });
const failedChecks = (one: typeof passed) =>
  one.checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check);

describe('withChallengeLost', () => {
  it('turns TOTAL-PASSED into SIG_CONSTRAINTS_FAILURE and takes the person out', () => {
    expect(passed.indication).toBe('TOTAL-PASSED');
    expect(passed.attributes).not.toBeNull();
    const lost = withChallengeLost(passed);
    expect(lost).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      retryable: false,
      attributes: null,
      legalMethod: null,
    });
    expect(failedChecks(lost)).toEqual(['challenge.unused']);
    expect(lost.checks.map(({ check }) => check)).toEqual(passed.checks.map(({ check }) => check));
    expect({ ...lost.certificate, ...lost.revocation }).toEqual({ ...passed.certificate, ...passed.revocation });
    expect(usesUpChallenge(lost)).toBe(false);
  });

  it('leaves REVOKED what it is', () => {
    const lost = withChallengeLost(revoked);
    expect(lost).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'REVOKED' });
    expect(failedChecks(lost)).toEqual(['challenge.unused', 'revocation.status']);
    expect(usesUpChallenge(revoked)).toBe(true);
    expect(usesUpChallenge(lost)).toBe(false);
  });

  it('does not change what it was given', () => {
    const before = JSON.stringify(passed);
    withChallengeLost(passed);
    expect(JSON.stringify(passed)).toBe(before);
  });

  it('fails a report without challenge checks as well', () => {
    const bare = { ...passed, checks: passed.checks.filter(({ check }) => !check.startsWith('challenge.')) };
    expect(withChallengeLost(bare).indication).toBe('INDETERMINATE');
  });
});

describe('withCertificateConflict', () => {
  it('turns TOTAL-PASSED into a general failure of the chain', () => {
    const conflict = withCertificateConflict(passed);
    expect(conflict).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      attributes: null,
      legalMethod: null,
    });
    expect(conflict.checks.at(-1)).toMatchObject({ check: 'certificate.identity', outcome: 'failed' });
    expect(usesUpChallenge(conflict)).toBe(false);
  });

  it('leaves REVOKED what it is', () => {
    expect(withCertificateConflict(revoked).subIndication).toBe('REVOKED');
  });

  it('goes together with a lost challenge, in either order', () => {
    const one = withCertificateConflict(withChallengeLost(passed));
    const other = withChallengeLost(withCertificateConflict(passed));
    expect(one).toEqual(other);
    expect(one.subIndication).toBe('CERTIFICATE_CHAIN_GENERAL_FAILURE');
  });
});

describe('withRevokedOnFile', () => {
  const revokedAt = Date.UTC(2026, 4, 1);
  const onFile = { revokedAt, reason: 'keyCompromise' as const };

  it('turns TOTAL-PASSED into REVOKED, by the file and not by this answer', () => {
    const known = withRevokedOnFile(passed, onFile, null);
    expect(known).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'REVOKED',
      retryable: false,
      attributes: null,
      legalMethod: null,
      revocation: {
        status: 'revoked',
        method: null,
        thisUpdate: null,
        revokedAt: '2026-05-01T00:00:00Z',
        reason: 'keyCompromise',
      },
    });
    expect(known.revocation?.attempts).toEqual(passed.revocation?.attempts);
    expect(failedChecks(known)).toEqual(['revocation.on-file']);
    expect(usesUpChallenge(known)).toBe(true);
  });

  it.each([
    ['nothing proves when it was signed', null, true],
    ['signed at that instant or later', revokedAt, true],
    ['signed after it', revokedAt + 1, false],
  ])('names the ETSI sub-indication unless the signature is younger: %s', (_when, signedAfter, named) => {
    const { detail } = withRevokedOnFile(passed, onFile, signedAfter).checks.at(-1) ?? {};
    expect(detail !== undefined && 'etsiSubIndication' in detail).toBe(named);
  });

  it('keeps the weightier failure', () => {
    expect(withChallengeLost(withRevokedOnFile(passed, onFile, null)).subIndication).toBe('REVOKED');
    expect(withRevokedOnFile(withCertificateConflict(passed), onFile, null).subIndication).toBe('REVOKED');
  });
});
