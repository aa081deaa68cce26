import { describe, expect, it } from '@jest/globals';
import { acceptEvidence } from '../../../src/core/revocation/evidence.ts';
import type { RevocationFindings, SignedStatus } from '../../../src/core/revocation/status.ts';
import { judgeConclusion } from '../../../src/core/verification/judge-conclusion.ts';
import { judgeSignature } from '../../../src/core/verification/judge-signature.ts';
import { buildInput } from '../../vectors/run-vector.ts';
import type { Vector } from '../../vectors/vector.ts';

const judge = (inputs: Vector['inputs'] = {}) =>
  judgeSignature(
    buildInput({
      id: 'test',
      prose: '',
      inputs,
      expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
    }),
  );
const AT = Date.parse('2026-06-01T03:00:00Z');

function evidence(says: SignedStatus, method: 'ocsp' | 'crl' = 'ocsp') {
  return acceptEvidence({
    method,
    says,
    thisUpdate: AT - 300_000,
    nextUpdate: method === 'crl' ? AT + 86_400_000 : null,
    producedAt: method === 'ocsp' ? AT - 299_500 : null,
    crlNumber: null,
    der: new Uint8Array(),
  });
}
const findings = (status: RevocationFindings['status'], says: SignedStatus | null): RevocationFindings => ({
  status,
  evidence: says === null ? null : evidence(says),
  attempts: [],
});
const REVOKED = { status: 'revoked', revokedAt: AT - 1000, reason: null } as const;

describe('fail closed', () => {
  it.each<[string, RevocationFindings | null, string, string]>([
    ['nobody was asked although the first step holds', null, 'INDETERMINATE', 'TRY_LATER'],
    ['good without evidence', findings('good', null), 'INDETERMINATE', 'TRY_LATER'],
    ['good over evidence that says unknown', findings('good', { status: 'unknown' }), 'INDETERMINATE', 'TRY_LATER'],
    ['good over evidence that says revoked', findings('good', REVOKED), 'TOTAL-FAILED', 'REVOKED'],
    [
      'undetermined over evidence that says good',
      findings('undetermined', { status: 'good' }),
      'INDETERMINATE',
      'TRY_LATER',
    ],
    ['unknown over evidence that says good', findings('unknown', { status: 'good' }), 'INDETERMINATE', 'TRY_LATER'],
    ['revoked without evidence', findings('revoked', null), 'INDETERMINATE', 'TRY_LATER'],
    ['unknown', findings('unknown', { status: 'unknown' }), 'INDETERMINATE', 'TRY_LATER'],
    ['undetermined', findings('undetermined', null), 'INDETERMINATE', 'TRY_LATER'],
    ['revoked', findings('revoked', REVOKED), 'TOTAL-FAILED', 'REVOKED'],
  ])('%s', (_, given, indication, subIndication) => {
    const report = judgeConclusion({ first: judge(), findings: given });
    expect(report).toMatchObject({ indication, subIndication, attributes: null, legalMethod: null });
  });

  it('a good answer does not mend a first step that failed', () => {
    const first = judge({ signed: { content: { text: 'other' } } });
    expect(judgeConclusion({ first, findings: findings('good', { status: 'good' }) }).indication).toBe('TOTAL-FAILED');
  });

  it('nobody asked because the first step fails: not applicable, and no revocation is shown', () => {
    const report = judgeConclusion({ first: judge({ challenge: { state: 'unknown' } }), findings: null });
    expect(report.revocation).toBeNull();
    expect(report.checks.find(({ check }) => check === 'revocation.status')?.outcome).toBe('not-applicable');
  });
});

describe('the report', () => {
  it('of a CRL', () => {
    const attempts = [
      {
        method: 'ocsp',
        source: 'ocsp.example',
        outcome: 'refused',
        refusal: { refused: 'timeout', detail: 'no answer in 3000 ms' },
        thisUpdate: null,
        ageSeconds: null,
      },
      {
        method: 'crl',
        source: 'crl 1',
        outcome: 'accepted',
        refusal: null,
        thisUpdate: AT - 300_000,
        ageSeconds: 300,
      },
    ] as const;
    const given: RevocationFindings = { status: 'good', evidence: evidence({ status: 'good' }, 'crl'), attempts };
    const report = judgeConclusion({ first: judge(), findings: given });
    expect(report.indication).toBe('TOTAL-PASSED');
    expect(report.revocation).toEqual({
      status: 'good',
      method: 'crl',
      thisUpdate: '2026-06-01T02:55:00Z',
      nextUpdate: '2026-06-02T03:00:00Z',
      producedAt: null,
      revokedAt: null,
      reason: null,
      attempts: [
        {
          method: 'ocsp',
          source: 'ocsp.example',
          outcome: 'refused',
          refusal: 'timeout',
          detail: 'no answer in 3000 ms',
          thisUpdate: null,
          ageSeconds: null,
        },
        {
          method: 'crl',
          source: 'crl 1',
          outcome: 'accepted',
          refusal: null,
          detail: null,
          thisUpdate: '2026-06-01T02:55:00Z',
          ageSeconds: 300,
        },
      ],
    });
  });

  it('tells times with a fraction where there is one', () => {
    const report = judgeConclusion({ first: judge(), findings: findings('good', { status: 'good' }) });
    expect(report.revocation?.producedAt).toBe('2026-06-01T02:55:00.500Z');
  });

  it('of a revocation says what J-LIS means by the reason', () => {
    const says = { status: 'revoked', revokedAt: AT - 1000, reason: 'affiliationChanged' } as const;
    const report = judgeConclusion({ first: judge(), findings: findings('revoked', says) });
    expect(report.checks.at(-1)).toEqual({
      check: 'revocation.status',
      clause: 'RFC 5280 §6.1.3(a)(3), §6.3; RFC 6960 §3.2',
      outcome: 'failed',
      subIndication: 'REVOKED',
      detail: {
        method: 'ocsp',
        thisUpdate: '2026-06-01T02:55:00Z',
        revokedAt: '2026-06-01T02:59:59Z',
        reason: 'affiliationChanged',
        meaning: '記載内容の変更',
        etsiSubIndication: 'REVOKED_NO_POE',
      },
    });
  });

  it('names the sources that refused', () => {
    const attempt = {
      method: 'ocsp',
      source: 's',
      outcome: 'refused',
      refusal: { refused: 'stale', detail: 'x' },
      thisUpdate: null,
      ageSeconds: null,
    } as const;
    const given: RevocationFindings = { status: 'undetermined', evidence: null, attempts: [attempt] };
    const report = judgeConclusion({ first: judge(), findings: given });
    expect(report.checks.at(-1)?.detail).toEqual({ status: 'undetermined', refusals: ['stale'] });
  });

  it('holds nothing personal, no serial and no content outside attributes', () => {
    const first = judge();
    const { attributes, ...rest } = judgeConclusion({ first, findings: findings('good', { status: 'good' }) });
    expect(attributes?.name).toBe('見本　太郎');
    const text = JSON.stringify(rest);
    const serial = first.path?.target.serialNumber.hex ?? 'no path';
    for (const secret of ['見本', '1980', serial, '清瀬', 'fixture:']) expect(text).not.toContain(secret);
  });

  it('is the same every time, and plain data', () => {
    const once = judgeConclusion({ first: judge(), findings: findings('good', { status: 'good' }) });
    const again = judgeConclusion({ first: judge(), findings: findings('good', { status: 'good' }) });
    expect(JSON.stringify(again)).toBe(JSON.stringify(once));
    expect(JSON.parse(JSON.stringify(once))).toEqual(once);
  });
});
