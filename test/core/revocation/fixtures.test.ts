import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../../src/core/revocation/conclude-from-crl.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { FIXTURE_NOW, readFixture } from '../../fixtures.ts';

/** The fixtures are made by other libraries than the ones that judge: what each is to lead to. */

const GENERATIONS = { 1: 'root-digital-signature-1.crt', 2: 'root-digital-signature-2.crt' } as const;
const issuerOf = (generation: 1 | 2) => issuerKeyOf(decodeCertificate(readFixture(GENERATIONS[generation])));
const leaf = (name = 'leaf-digital-signature') => decodeCertificate(readFixture(`${name}.crt`));

function judgeOcsp(name: string, certificate = leaf(), generation: 1 | 2 = 2): string {
  const outcome = concludeFromOcsp({
    response: readFixture(`ocsp-${name}.der`),
    certificate,
    issuer: issuerOf(generation),
    at: FIXTURE_NOW,
    maxAgeSeconds: 3600,
    clockSkewSeconds: 0,
    crypto: nodeCrypto,
  });
  return isRefusal(outcome) ? outcome.refused : outcome.says.status;
}

describe('OCSP responses', () => {
  it.each([
    ['good', 'good'],
    ['good-sha256', 'good'],
    ['good-ca-signed', 'good'],
    ['good-by-name', 'good'],
    ['good-nonce', 'good'],
    ['good-no-next-update', 'good'],
    ['two-responses', 'good'],
    ['unknown', 'unknown'],
    ['good-authentication', 'responder-not-authorised'],
    ['good-generation-1', 'responder-not-authorised'],
    ['revoked', 'wrong-certificate'],
    ['stale', 'stale'],
    ['stale-no-next-update', 'stale'],
    ['future', 'not-yet-valid'],
    ['backwards', 'malformed'],
    ['wrong-cert-id', 'wrong-certificate'],
    ['wrong-issuer', 'responder-not-authorised'],
    ['critical-extension', 'unknown-critical-extension'],
    ['delegate-without-usage', 'responder-not-authorised'],
    ['delegate-no-eku', 'responder-not-authorised'],
    ['delegate-without-nocheck', 'responder-revocation-unknown'],
    ['delegate-expired', 'responder-not-authorised'],
    ['delegate-of-attacker', 'responder-not-authorised'],
    ['delegate-of-other-generation', 'responder-not-authorised'],
    ['error-malformed-request', 'responder-error'],
    ['error-internal-error', 'responder-error'],
    ['error-try-later', 'responder-error'],
    ['error-sig-required', 'responder-error'],
    ['error-unauthorized', 'responder-error'],
    ['truncated', 'malformed'],
    ['bad-signature', 'wrong-signature'],
  ])('%s: %s', (name, expected) => {
    expect(judgeOcsp(name)).toBe(expected);
  });

  it('signed by the attacker', () => {
    expect(judgeOcsp('wrong-signer')).toBe('responder-not-authorised');
  });

  it.each(['revoked', 'hold', 'revoked-no-reason'])('%s', (name) => {
    expect(judgeOcsp(name, leaf('leaf-digital-signature-revoked'))).toBe('revoked');
  });

  it('of the generation before', () => {
    expect(judgeOcsp('good-generation-1', leaf('leaf-digital-signature-1'), 1)).toBe('good');
  });
});

function judgeCrl(name: string, certificate = leaf(), undivided = false): string {
  try {
    const issuer = issuerOf(2);
    const crl = authenticateCrl(decodeCrl(readFixture(`crl-${name}.crl`)), issuer, nodeCrypto);
    if (isRefusal(crl)) return crl.refused;
    const rules = { at: FIXTURE_NOW, maxAgeSeconds: 129_600, clockSkewSeconds: 0, undivided };
    const outcome = concludeFromCrl({ crl, certificate, issuer, ...rules });
    return isRefusal(outcome) ? outcome.refused : outcome.says.status;
  } catch (error) {
    if (error instanceof DecodeError) return 'malformed';
    throw error;
  }
}

describe('CRLs, for a certificate of Kiyose-shi', () => {
  it.each([
    ['kiyose', 'good'],
    ['kiyose-empty', 'good'],
    ['kiyose-user-certs', 'good'],
    ['no-number', 'good'],
    ['many', 'good'],
    ['tsukuba', 'out-of-scope'],
    ['tsukuba-generation-1', 'wrong-issuer'],
    ['authentication-kiyose', 'wrong-issuer'],
    ['undivided', 'not-undivided'],
    ['some-reasons', 'partial-reasons'],
    ['indirect', 'indirect'],
    ['delta', 'delta'],
    ['unknown-critical-extension', 'unknown-critical-extension'],
    ['unknown-critical-entry-extension', 'unknown-critical-extension'],
    ['stale', 'stale'],
    ['stale-no-next-update', 'stale'],
    ['future', 'not-yet-valid'],
    ['predates', 'predates-certificate'],
    ['wrong-signer', 'wrong-signature'],
    ['other-generation', 'wrong-signature'],
    ['truncated', 'malformed'],
  ])('%s: %s', (name, expected) => {
    expect(judgeCrl(name)).toBe(expected);
  });

  it('undivided where the source is configured so', () => {
    expect(judgeCrl('undivided', leaf(), true)).toBe('good');
  });

  it('revoked', () => {
    expect(judgeCrl('kiyose', leaf('leaf-digital-signature-revoked'))).toBe('revoked');
  });
});
