import { describe, expect, it } from '@jest/globals';
import { judgeSignature } from '../../../src/core/verification/judge-signature.ts';
import type { CmsSignedObject, RawSignedObject } from '../../../src/core/verification/signed-object.ts';
import { readFixture } from '../../fixtures.ts';
import { buildInput } from '../../vectors/run-vector.ts';
import type { Vector } from '../../vectors/vector.ts';

/** One signature, shown in the wrong container: it verifies as octets, and must not pass. */

const input = (signed: NonNullable<Vector['inputs']['signed']>) =>
  buildInput({
    id: 'confusion',
    prose: '',
    inputs: { signed, acceptance: { digestAllowed: true } },
    expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
  });
const failures = (checks: ReturnType<typeof judgeSignature>['checks']) =>
  checks.filter(({ outcome }) => outcome === 'failed').map(({ check, subIndication }) => `${check} ${subIndication}`);

describe('a raw signature as CMS', () => {
  it('has no signed attributes: FORMAT_FAILURE', () => {
    const honest = input({ format: 'cms' });
    const signed = honest.signed as CmsSignedObject;
    const signature = readFixture('raw-rs256.sig');
    const signerInfo = { ...signed.signerInfo, signedAttrs: undefined, signedAttrsContent: undefined, signature };
    const judged = judgeSignature({ ...honest, signed: { ...signed, signerInfo } });
    expect(judged.holds).toBe(false);
    expect(judged.signatureSound).toBe(false);
    expect(failures(judged.checks)).toContain('cms.signed-attributes FORMAT_FAILURE');
  });
});

describe('a CMS signature as raw', () => {
  const honest = input({ content: 'signed-attributes.der', signature: 'signed-attributes.sig' });

  it('verifies, and is refused by what its content looks like', () => {
    const judged = judgeSignature(honest);
    expect(judged.checks.find(({ check }) => check === 'signature.value')?.outcome).toBe('passed');
    expect(failures(judged.checks)).toEqual(['content.unambiguous SIG_CONSTRAINTS_FAILURE']);
    expect(judged.signatureSound).toBe(false);
  });

  it('is not seen in a digest: that is why a tenant must allow digests', () => {
    const signed = honest.signed as RawSignedObject;
    const value = honest.crypto.digest('SHA-256', signed.content ?? new Uint8Array());
    const digest = { algorithm: 'SHA-256', value } as const;
    const judge = (digestAllowed: boolean) =>
      judgeSignature({
        ...honest,
        acceptance: { ...honest.acceptance, digestAllowed },
        signed: { ...signed, content: undefined, digest },
      });
    expect(judge(true).holds).toBe(true);
    expect(failures(judge(false).checks)).toEqual(['content.unambiguous SIG_CONSTRAINTS_FAILURE']);
  });
});
