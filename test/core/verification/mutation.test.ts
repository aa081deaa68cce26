import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/core/bytes.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import type { RevocationFindings } from '../../../src/core/revocation/status.ts';
import type { CheckResult } from '../../../src/core/verdict/check.ts';
import { conclude } from '../../../src/core/verdict/conclude.ts';
import { SUB_INDICATIONS } from '../../../src/core/verdict/indication.ts';
import { judgeConclusion } from '../../../src/core/verification/judge-conclusion.ts';
import { judgeSignature, type SignatureInput } from '../../../src/core/verification/judge-signature.ts';
import type { Report } from '../../../src/core/verification/report.ts';
import { REVOCATION } from '../../../src/core/verification/revocation-check.ts';
import type { CmsSignedObject, RawSignedObject } from '../../../src/core/verification/signed-object.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { readFixture } from '../../fixtures.ts';
import { buildInput, gather } from '../../vectors/run-vector.ts';
import type { Vector } from '../../vectors/vector.ts';

/** A whole verification that passes, and what becomes of it when anything in it is changed. */

const vector = (inputs: Vector['inputs']): Vector => ({
  id: 'mutation',
  prose: '',
  inputs,
  expected: { indication: 'TOTAL-PASSED', subIndication: null, failed: [], asked: true },
});
const OVER_CHALLENGE = { challenge: { state: 'known' } } as const;
const rawInput = buildInput(vector(OVER_CHALLENGE));
const raw = rawInput.signed as RawSignedObject;
const cmsInput = buildInput(vector({ ...OVER_CHALLENGE, signed: { format: 'cms' } }));

/** Undefined where the octets cannot be decoded: the request is refused before anything is judged. */
function judgeOrNot(build: () => SignatureInput): Report | undefined {
  try {
    const first = judgeSignature(build());
    return judgeConclusion({ first, findings: gather(first, { says: 'good' }) });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Every octet changed by one bit (another one each time), taken out, and doubled. */
function* mutants(octets: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < octets.length; i++) {
    const flipped = Uint8Array.from(octets);
    flipped[i] = (octets[i] as number) ^ (1 << (i % 8));
    yield flipped;
    if (i % 16 !== 0) continue;
    yield Uint8Array.from([...octets.subarray(0, i), ...octets.subarray(i + 1)]);
    yield Uint8Array.from([...octets.subarray(0, i + 1), ...octets.subarray(i)]);
  }
}

describe('the octets', () => {
  it('pass as they are', () => {
    expect(judgeOrNot(() => rawInput)?.indication).toBe('TOTAL-PASSED');
    expect(judgeOrNot(() => cmsInput)?.indication).toBe('TOTAL-PASSED');
  });

  it('a changed certificate never passes, and nothing in it is shown', () => {
    for (const mutant of mutants(raw.certificate.der)) {
      const report = judgeOrNot(() => ({ ...rawInput, signed: { ...raw, certificate: decodeCertificate(mutant) } }));
      if (report === undefined) continue;
      expect(report.indication).not.toBe('TOTAL-PASSED');
      expect(report).toMatchObject({ certificate: null, revocation: null, attributes: null, legalMethod: null });
    }
  });

  it('a changed signature never passes', () => {
    for (const signature of mutants(raw.signature)) {
      const report = judgeOrNot(() => ({ ...rawInput, signed: { ...raw, signature } }));
      expect(report).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE' });
    }
  });

  it('changed content never passes', () => {
    for (const content of mutants(raw.content ?? new Uint8Array())) {
      const report = judgeOrNot(() => ({ ...rawInput, signed: { ...raw, content } }));
      expect(report).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE' });
    }
  });

  it('a changed CMS container passes only where what is signed and who signed are the same', () => {
    const container = readFixture('cms-attached.p7m');
    const honest = (cmsInput.signed as CmsSignedObject).signedData;
    for (const mutant of mutants(container)) {
      const signed = (): CmsSignedObject | undefined => {
        const signedData = decodeCms(mutant);
        const [signerInfo] = signedData.signerInfos;
        const certificate = signerInfo && findSignerCertificate(signedData, signerInfo);
        if (signerInfo === undefined || certificate === undefined) return undefined;
        return { format: 'cms', signedData, signerInfo, certificate, detachedContent: undefined, untrusted: [] };
      };
      let object: CmsSignedObject | undefined;
      const report = judgeOrNot(() => {
        object = signed();
        return { ...cmsInput, signed: object ?? { ...raw, signature: new Uint8Array() } };
      });
      if (report?.indication !== 'TOTAL-PASSED' || object === undefined) continue;
      // No signature covers the container's version and list of digestAlgorithms; the sid's issuer is a name, in which the
      // case of letters does not count.
      const place = mutant.findIndex((octet, i) => octet !== container[i]);
      const letterCase = (mutant[place] as number) ^ (container[place] as number);
      expect(place < 43 || (place > 1885 && place < 2029 && letterCase === 0x20)).toBe(true);
      expect(toHex(object.signedData.eContent ?? new Uint8Array())).toBe(toHex(honest.eContent ?? new Uint8Array()));
      expect(toHex(object.certificate.der)).toBe(toHex(raw.certificate.der));
      expect(toHex(object.signerInfo.signature)).toBe(toHex(honest.signerInfos[0]?.signature ?? new Uint8Array()));
    }
  });

  it('a changed OCSP response is never good for what it does not say', () => {
    const first = judgeSignature(rawInput);
    const { path, at } = first;
    if (path === undefined) throw new Error('the fixture has no path');
    const response = readFixture('ocsp-good-ca-signed.der');
    for (const mutant of mutants(response)) {
      const answer = concludeFromOcsp({
        response: mutant,
        certificate: path.target,
        issuer: path.issuer,
        at,
        maxAgeSeconds: 3_600,
        clockSkewSeconds: 0,
        crypto: nodeCrypto,
      });
      const findings: RevocationFindings = isRefusal(answer)
        ? { status: 'undetermined', evidence: null, attempts: [] }
        : { status: answer.says.status, evidence: answer, attempts: [] };
      expect(judgeConclusion({ first, findings }).indication).not.toBe('TOTAL-PASSED');
    }
  });
});

describe('the outcomes', () => {
  const first = judgeSignature(rawInput);
  const report = judgeConclusion({ first, findings: gather(first, { says: 'good' }) });
  const required = [...first.required, REVOCATION.check];

  it('nothing passes when any check fails, whatever its failure leads to', () => {
    for (const index of report.checks.keys()) {
      for (const { subIndication, indication } of SUB_INDICATIONS) {
        const changed = report.checks.map(
          (one, i): CheckResult => (i === index ? { ...one, outcome: 'failed', subIndication } : one),
        );
        expect(conclude(changed, required)).toMatchObject({ indication, subIndication });
      }
    }
  });

  it('nothing passes when a required check is missing, reported or not applicable', () => {
    expect(required.length).toBeGreaterThan(15);
    for (const name of required) {
      const without = report.checks.filter(({ check }) => check !== name);
      expect(without.length).toBe(report.checks.length - 1);
      expect(conclude(without, required).indication).toBe('INDETERMINATE');
      for (const outcome of ['reported', 'not-applicable'] as const) {
        const changed = report.checks.map((one): CheckResult => (one.check === name ? { ...one, outcome } : one));
        expect(conclude(changed, required).indication).toBe('INDETERMINATE');
      }
    }
  });

  it('every check has a name of its own and a clause', () => {
    const names = report.checks.map(({ check }) => check);
    expect(new Set(names).size).toBe(names.length);
    for (const { clause } of report.checks) expect(clause.length).toBeGreaterThan(4);
  });

  it('the same checks are reported whatever fails', () => {
    const nothing = judgeSignature({ ...rawInput, anchors: { ...rawInput.anchors, certificates: [] } });
    const names = judgeConclusion({ first: nothing, findings: null }).checks.map(({ check }) => check);
    expect(names).toEqual(report.checks.map(({ check }) => check));
  });
});
