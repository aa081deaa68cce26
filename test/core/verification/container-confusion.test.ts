import { describe, expect, it } from '@jest/globals';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { judgeSignature } from '../../../src/core/verification/judge-signature.ts';
import type { CmsSignedObject, RawSignedObject } from '../../../src/core/verification/signed-object.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
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

describe('two certificates of the same issuer and serial in one container', () => {
  const real = decodeCertificate(readFixture('leaf-digital-signature.crt'));
  const forgeries = ['leaf-forged.crt', 'leaf-forged-aki.crt'].map((file) => decodeCertificate(readFixture(file)));

  /** As the service takes it: the first that the sid names is the signer's, all others may serve in the path. */
  const judge = (container: string, certificates: readonly Certificate[]) => {
    const honest = input({ format: 'cms', container });
    const signed = honest.signed as CmsSignedObject;
    const certificate = findSignerCertificate({ certificates }, signed.signerInfo);
    if (certificate === undefined) throw new Error('the sid names none of the certificates');
    const { path, ...judged } = judgeSignature({
      ...honest,
      signed: { ...signed, certificate, untrusted: certificates },
    });
    return { ...judged, vouchedFor: path?.target === certificate, certificate };
  };

  it.each(forgeries)(
    'a forger signs and lays the real one beside: never both a path and a signature (%#)',
    (forged) => {
      const own = judge('cms-forged.p7m', [forged, real]);
      expect(own).toMatchObject({ holds: false, vouchedFor: false, certificate: forged });
      const borrowed = judge('cms-forged.p7m', [real, forged]);
      expect(borrowed).toMatchObject({ holds: false, vouchedFor: true, signatureSound: false });
      expect(failures(borrowed.checks)).toEqual(['cms.signature SIG_CRYPTO_FAILURE']);
    },
  );

  it.each(forgeries)('a forged one before the real one spoils an honest signature, and no more (%#)', (forged) => {
    expect(judge('cms-attached.p7m', [forged, real])).toMatchObject({ holds: false, signatureSound: false });
    expect(judge('cms-attached.p7m', [real, forged])).toMatchObject({ holds: true, certificate: real });
  });
});
