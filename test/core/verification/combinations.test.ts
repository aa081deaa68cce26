import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { concludeSeveral } from '../../../src/core/verdict/conclude.ts';
import { judgeConclusion } from '../../../src/core/verification/judge-conclusion.ts';
import { judgeSignature } from '../../../src/core/verification/judge-signature.ts';
import { usesUpChallenge } from '../../../src/core/verification/reconclusion.ts';
import { readFixture } from '../../fixtures.ts';
import { buildInput, gather, runVector } from '../../vectors/run-vector.ts';
import type { Vector } from '../../vectors/vector.ts';

/** What is wrong with one part, by the weight of its consequence. */
type Fault = 'none' | 'open' | 'failed';
interface Part<T> {
  readonly value: T;
  readonly fault: Fault;
}
const part = <T>(value: T, fault: Fault = 'none'): Part<T> => ({ value, fault });
const any = <T>(...parts: Part<T>[]) => fc.constantFrom(...parts);

const leaf = any(
  part('leaf-digital-signature.crt'),
  part('leaf-profile-variants.crt'),
  part('leaf-expired.crt', 'failed'),
  part('leaf-not-yet-valid.crt', 'failed'),
  part('leaf-wrong-policy.crt', 'open'),
  part('leaf-no-key-usage.crt', 'open'),
  part('leaf-no-attributes.crt', 'open'),
  part('leaf-bad-signature.crt', 'open'),
  part('leaf-ca-true.crt', 'open'),
);
const signature = any(part('raw-rs256.sig'), part('raw-rs256-authentication.sig', 'failed'));
const kinds = any<readonly ('digital-signature' | 'user-authentication')[]>(
  part(['digital-signature']),
  part(['digital-signature', 'user-authentication']),
  part(['user-authentication'], 'open'),
);
const known = { state: 'known' } as const;
const challenge = any<NonNullable<Vector['inputs']['challenge']>>(
  part({ state: 'none' }),
  part(known),
  part({ state: 'unknown' }, 'open'),
  part({ ...known, usedAt: '2026-06-01T02:59:00Z' }, 'open'),
  part({ ...known, expiresAt: '2026-06-01T02:59:00Z' }, 'open'),
  part({ ...known, purpose: 'other' }, 'open'),
  part({ ...known, content: { text: 'other' } }, 'open'),
);
const evidence = any<NonNullable<Vector['inputs']['evidence']> | null>(
  part({ says: 'good' }),
  part({ says: 'revoked', revokedAt: '2026-05-01T00:00:00Z' }, 'failed'),
  part({ says: 'unknown' }, 'open'),
  part(null, 'open'),
);

describe('any combination of faults', () => {
  const parts = fc.record({ leaf, signature, kinds, challenge, evidence, challengeRequired: fc.boolean() });

  it('passes exactly without one; fails by a fault that is proven; asks only when the first step holds', () => {
    fc.assert(
      fc.property(parts, (chosen) => {
        const { report } = runVector({
          id: 'combination',
          prose: '',
          inputs: {
            signed: { certificate: chosen.leaf.value, signature: chosen.signature.value },
            acceptance: { kindsAccepted: chosen.kinds.value, challengeRequired: chosen.challengeRequired },
            challenge: chosen.challenge.value,
            evidence: chosen.evidence.value,
          },
          expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
        });
        const missing = chosen.challengeRequired && chosen.challenge.value.state === 'none' ? 'open' : 'none';
        const first: Fault[] = [
          chosen.leaf.fault,
          chosen.signature.fault,
          chosen.kinds.fault,
          chosen.challenge.fault,
          missing,
        ];
        const holds = first.every((fault) => fault === 'none');
        const all = holds ? [...first, chosen.evidence.fault] : first;
        const expected = all.includes('failed')
          ? 'TOTAL-FAILED'
          : all.includes('open')
            ? 'INDETERMINATE'
            : 'TOTAL-PASSED';
        expect(report.indication).toBe(expected);
        expect(report.revocation !== null).toBe(holds);
        expect(report.attributes !== null).toBe(expected === 'TOTAL-PASSED');
        expect(report.legalMethod !== null).toBe(expected === 'TOTAL-PASSED');
        expect(report.retryable).toBe(holds && chosen.evidence.fault === 'open');
        if (expected === 'INDETERMINATE' || chosen.signature.fault !== 'none')
          expect(usesUpChallenge(report)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a container with two signers', () => {
  const signedData = decodeCms(readFixture('cms-two-signers.p7m'));
  const base = buildInput({
    id: 'two signers',
    prose: '',
    inputs: {},
    expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
  });
  const judge = (says: readonly ('good' | 'unknown')[]) =>
    signedData.signerInfos.map((signerInfo, i) => {
      const certificate = findSignerCertificate(signedData, signerInfo);
      if (certificate === undefined) throw new Error('the container has no signer certificate');
      const signed = {
        format: 'cms',
        signedData,
        signerInfo,
        certificate,
        detachedContent: undefined,
        untrusted: [],
      } as const;
      const first = judgeSignature({ ...base, signed });
      return judgeConclusion({ first, findings: gather(first, { says: says[i] ?? 'good' }) });
    });

  it('passes when both do', () => {
    expect(concludeSeveral(judge(['good', 'good'])).indication).toBe('TOTAL-PASSED');
  });

  it('does not pass when one does not', () => {
    expect(concludeSeveral(judge(['good', 'unknown'])).subIndication).toBe('TRY_LATER');
    expect(concludeSeveral(judge(['unknown', 'good'])).subIndication).toBe('TRY_LATER');
  });
});
