import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judgeLine } from '../../../src/cli/judge/judge-line.ts';
import { decodePemOrDer } from './octets.ts';

const F = 'fixtures/certs/';
const root = join(import.meta.dirname, '..', '..', '..');
const base64 = (name: string): string =>
  Buffer.from(decodePemOrDer(readFileSync(join(root, F, name)))).toString('base64');

/** 12:00 in Tokyo, 2026-06-01. */
const at = '2026-06-01T12:00:00+09:00';
const issuer = `${F}root-digital-signature-2.crt`;
const certificate = `${F}leaf-digital-signature.crt`;
const revoked = `${F}leaf-digital-signature-revoked.crt`;

function judge(one: object): Record<string, unknown> {
  const verdict = JSON.parse(judgeLine(Buffer.from(JSON.stringify({ id: 'x', at, ...one })))) as Record<
    string,
    unknown
  >;
  expect(verdict.id).toBe('x');
  expect(Array.isArray(verdict.failedChecks)).toBe(true);
  return verdict;
}

const accepted = { outcome: 'accepted', failedChecks: [] };
const rejected = (subIndication: string, ...failedChecks: string[]) => ({
  outcome: 'rejected',
  subIndication,
  ...(failedChecks.length === 0 ? {} : { failedChecks }),
});
const open = { outcome: 'indeterminate', subIndication: 'TRY_LATER' };

describe('path', () => {
  const path = (one: object) => judge({ kind: 'path', anchors: [issuer], target: certificate, ...one });
  const crl = [`${F}crl-kiyose.crl`];

  it.each([
    ['plain', {}, accepted],
    ['with every field', { untrusted: [], crls: [], settings: { revocation: 'none' } }, accepted],
    ['revocation of the leaf', { crls: crl, settings: { revocation: 'leaf' } }, { ...accepted, status: 'good' }],
    ['revocation of all', { crls: crl, settings: { revocation: 'all' } }, { ...accepted, status: 'good' }],
    ['no list', { settings: { revocation: 'all' } }, { ...open, status: 'undetermined' }],
    ['a list that does not decode', { crls: [`${F}crl-truncated.crl`], settings: { revocation: 'leaf' } }, open],
    [
      'revoked',
      { target: revoked, crls: crl, settings: { revocation: 'leaf' } },
      rejected('REVOKED', 'revocation.status'),
    ],
    ['revoked, not asked', { target: revoked, crls: crl }, accepted],
    ['expired', { target: `${F}leaf-expired.crt` }, rejected('EXPIRED', 'rfc5280.validity')],
    ['at its last instant', { target: `${F}leaf-expired.crt`, at: '2026-02-17T23:59:59+09:00' }, accepted],
    ['after it', { target: `${F}leaf-expired.crt`, at: '2026-02-18T00:00:00+09:00' }, rejected('EXPIRED')],
    ['no anchor', { anchors: [] }, rejected('NO_CERTIFICATE_CHAIN_FOUND', 'rfc5280.path')],
    ['forged', { target: `${F}leaf-forged.crt` }, rejected('NO_CERTIFICATE_CHAIN_FOUND')],
    [
      'a target that does not decode',
      { target: `${F}leaf-truncated.crt` },
      rejected('FORMAT_FAILURE', 'decode.target'),
    ],
    ['an anchor that does not decode', { anchors: [`${F}not-der.bin`] }, rejected('FORMAT_FAILURE', 'decode.anchors')],
    ['a stranger that does not decode', { untrusted: [`${F}not-der.bin`] }, accepted],
    ['SHA-1', { target: `${F}leaf-sha1.crt` }, rejected('CRYPTO_CONSTRAINTS_FAILURE')],
    ['SHA-1 admitted', { target: `${F}leaf-sha1.crt`, settings: { legacyAlgorithms: true } }, accepted],
    [
      'another policy',
      { settings: { initialPolicySet: ['1.2.3'], initialExplicitPolicy: true } },
      rejected('CHAIN_CONSTRAINTS_FAILURE'),
    ],
  ])('%s', (_, one, expected) => {
    expect(path(one)).toMatchObject(expected);
  });
});

describe('ocsp', () => {
  const ocsp = (one: object) => judge({ kind: 'ocsp', response: `${F}ocsp-good.der`, issuer, certificate, ...one });

  it.each([
    ['good', {}, { ...accepted, status: 'good' }],
    ['no certificate', { certificate: undefined }, accepted],
    [
      'no certificate, another CA key',
      { certificate: undefined, issuer: `${F}root-digital-signature-1.crt` },
      rejected('NO_CERTIFICATE_CHAIN_FOUND'),
    ],
    [
      'no certificate, stale',
      { certificate: undefined, response: `${F}ocsp-stale.der` },
      { ...open, failedChecks: ['ocsp.stale'] },
    ],
    ['no certificate, error', { certificate: undefined, response: `${F}ocsp-error-try-later.der` }, open],
    [
      'revoked',
      { response: `${F}ocsp-revoked.der`, certificate: revoked },
      { ...rejected('REVOKED'), status: 'revoked' },
    ],
    ['unknown', { response: `${F}ocsp-unknown.der` }, { ...open, status: 'unknown' }],
    ['stale', { response: `${F}ocsp-stale.der` }, { ...open, failedChecks: ['ocsp.stale'] }],
    ['age within bound, with nextUpdate', { maxAgeSeconds: 300 }, accepted],
    ['age beyond bound, with nextUpdate', { maxAgeSeconds: 299 }, { ...open, failedChecks: ['ocsp.stale'] }],
    ['about another', { response: `${F}ocsp-wrong-cert-id.der` }, rejected('NO_CERTIFICATE_CHAIN_FOUND')],
    [
      'bad signature',
      { response: `${F}ocsp-bad-signature.der` },
      rejected('SIG_CRYPTO_FAILURE', 'ocsp.wrong-signature'),
    ],
    ['not DER', { response: `${F}ocsp-truncated.der` }, rejected('FORMAT_FAILURE', 'ocsp.malformed')],
    ['a certificate of another CA key', { certificate: `${F}leaf-forged.crt` }, { outcome: 'rejected' }],
    [
      'a certificate that does not decode',
      { certificate: `${F}not-der.bin` },
      rejected('FORMAT_FAILURE', 'decode.certificate'),
    ],
  ])('%s', (_, one, expected) => {
    expect(ocsp(one)).toMatchObject(expected);
  });
});

describe('crl', () => {
  const crl = (one: object) => judge({ kind: 'crl', crl: `${F}crl-kiyose.crl`, issuer, certificate, ...one });

  it.each([
    ['good', {}, { ...accepted, status: 'good' }],
    ['undivided without saying so', { crl: `${F}crl-undivided.crl` }, { ...accepted, status: 'good' }],
    ['revoked', { certificate: revoked }, { ...rejected('REVOKED'), status: 'revoked' }],
    ['stale', { crl: `${F}crl-stale.crl` }, { ...open, failedChecks: ['crl.stale'] }],
    ['too old, with nextUpdate', { maxAgeSeconds: 1 }, { ...open, failedChecks: ['crl.stale'] }],
    ['out of scope', { crl: `${F}crl-tsukuba.crl` }, { ...open, failedChecks: ['crl.out-of-scope'] }],
    ['another key', { crl: `${F}crl-wrong-signer.crl` }, { outcome: 'rejected' }],
    [
      "a namesake's certificate",
      { certificate: `${F}leaf-digital-signature-1.crt` },
      rejected('NO_CERTIFICATE_CHAIN_FOUND', 'certificate.signature'),
    ],
    ['not DER', { crl: `${F}crl-truncated.crl` }, rejected('FORMAT_FAILURE')],
  ])('%s', (_, one, expected) => {
    expect(crl(one)).toMatchObject(expected);
  });
});

describe('cms', () => {
  const cms = (one: object) => judge({ kind: 'cms', message: `${F}cms-attached.p7m`, ...one });
  const detached = { message: `${F}cms-detached.p7m`, content: `${F}content.bin` };

  it.each([
    ['signatures only', {}, accepted],
    ['detached', detached, accepted],
    ['detached without content', { message: `${F}cms-detached.p7m` }, rejected('FORMAT_FAILURE', 'cms.content')],
    ['two signers', { message: `${F}cms-two-signers.p7m` }, accepted],
    ['no signer', { message: `${F}cms-no-signers.p7m` }, { outcome: 'indeterminate' }],
    ['with anchors', { anchors: [issuer] }, accepted],
    ['with anchors of others', { anchors: [`${F}root-attacker.crt`] }, rejected('NO_CERTIFICATE_CHAIN_FOUND')],
    [
      'with lists',
      { ...detached, anchors: [issuer], crls: [`${F}crl-undivided.crl`] },
      { ...accepted, status: 'good' },
    ],
    ['with no list that speaks', { anchors: [issuer], crls: [] }, { ...open, status: 'undetermined' }],
    ['bad signature', { message: `${F}cms-bad-signature.p7m` }, rejected('SIG_CRYPTO_FAILURE', 'cms.signature')],
    ['other content', { ...detached, content: `${F}not-der.bin` }, rejected('HASH_FAILURE', 'cms.message-digest')],
    ['SHA-1', { message: `${F}cms-sha1.p7m` }, rejected('CRYPTO_CONSTRAINTS_FAILURE', 'cms.algorithms')],
    ['SHA-1 admitted', { message: `${F}cms-sha1.p7m`, settings: { legacyAlgorithms: true } }, accepted],
    ['BER', { message: `${F}cms-ber.p7m` }, rejected('FORMAT_FAILURE', 'decode.message')],
  ])('%s', (_, one, expected) => {
    expect(cms(one)).toMatchObject(expected);
  });
});

describe('verification', () => {
  const raw = {
    format: 'raw',
    algorithm: 'RS256',
    value: base64('raw-rs256.sig'),
    certificate: base64('leaf-digital-signature.crt'),
    content: base64('content.bin'),
  };
  const request = { purpose: 'account-opening', signature: raw };
  const verify = (one: object) => judge({ kind: 'verification', anchors: [issuer], request, ...one });
  const passed = { ...accepted, indication: 'TOTAL-PASSED', status: 'good' };
  const later = { ...open, indication: 'INDETERMINATE' };
  const good = [`${F}ocsp-good.der`];
  const undivided = [`${F}crl-undivided.crl`];

  it.each([
    ['by OCSP', { ocspResponses: good }, passed],
    ['by a divided list', { crls: [`${F}crl-kiyose.crl`] }, passed],
    ['by the undivided list, said to be so', { crls: undivided, undividedCrls: true }, passed],
    ['by a list of which nothing is known', { crls: undivided }, later],
    ['without evidence', {}, { ...later, status: 'undetermined' }],
    ['unknown', { ocspResponses: [`${F}ocsp-unknown.der`] }, { ...later, status: 'unknown' }],
    ['good and unknown', { ocspResponses: [...good, `${F}ocsp-unknown.der`] }, { ...later, status: 'unknown' }],
    [
      'only by CRL, as asked for',
      { ocspResponses: good, request: { ...request, revocation: { method: 'crl' } } },
      later,
    ],
    [
      'CMS',
      { ocspResponses: good, request: { ...request, signature: { format: 'cms', value: base64('cms-attached.p7m') } } },
      passed,
    ],
    [
      'other content',
      { ocspResponses: good, request: { ...request, signature: { ...raw, content: 'AAAA' } } },
      { ...rejected('SIG_CRYPTO_FAILURE'), indication: 'TOTAL-FAILED' },
    ],
    [
      'no such anchor',
      { anchors: [], ocspResponses: good },
      { outcome: 'indeterminate', indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' },
    ],
    [
      'a certificate that does not decode',
      { request: { ...request, signature: { ...raw, certificate: 'AAAA' } } },
      rejected('FORMAT_FAILURE', 'request.certificate-unreadable'),
    ],
    [
      'a container that does not decode',
      { request: { ...request, signature: { format: 'cms', value: 'AAAA' } } },
      rejected('FORMAT_FAILURE', 'request.cms-unreadable'),
    ],
    [
      'no body of the service',
      { request: { purpose: 'p' } },
      { outcome: 'indeterminate', problem: expect.stringContaining('"request"') },
    ],
    [
      'a field that is not supported',
      { request: { ...request, face: {} } },
      { outcome: 'indeterminate', problem: expect.any(String) },
    ],
    [
      'legacyAlgorithms',
      { ocspResponses: good, settings: { legacyAlgorithms: true } },
      { outcome: 'indeterminate', problem: '"settings.legacyAlgorithms" is not known here' },
    ],
  ])('%s', (_, one, expected) => {
    expect(verify(one)).toMatchObject(expected);
  });

  describe('with a challenge', () => {
    const challengeId = 'chl_068w3w5k1r7q3a8v0c2m4n6p8q';
    const { content, ...signature } = raw;
    const challenge = { challengeId, purpose: 'account-opening', content, expiresAt: '2026-06-01T03:05:00Z' };
    const answer = (one: object, named: object = request) =>
      verify({ ocspResponses: good, request: { ...named, challengeId, signature }, ...one });
    const refused = (check: string) => ({
      ...{ outcome: 'indeterminate', indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' },
      failedChecks: expect.arrayContaining([check]),
    });

    it('that the case holds is signed and judged as by the service', () => {
      expect(answer({ challenges: [challenge] })).toMatchObject(passed);
      const full = { ...challenge, kind: 'signature', issuedAt: '2026-06-01T03:00:00Z', usedAt: null };
      expect(answer({ challenges: [{ ...challenge, challengeId: 'other' }, full] })).toMatchObject(passed);
      const cms = { format: 'cms', value: base64('cms-detached.p7m') };
      expect(
        verify({
          ocspResponses: good,
          request: { ...request, challengeId, signature: cms },
          challenges: [challenge],
        }),
      ).toMatchObject(passed);
    });

    it.each([
      ['unused', { usedAt: '2026-06-01T02:59:00Z' }],
      ['fresh', { expiresAt: '2026-06-01T03:00:00Z' }],
      ['purpose', { purpose: 'other' }],
      ['purpose', { kind: 'card-presence' }],
    ])('is refused by challenge.%s: %j', (check, change) => {
      expect(answer({ challenges: [{ ...challenge, ...change }] })).toMatchObject(refused(`challenge.${check}`));
    });

    it('of another content', () => {
      expect(answer({ challenges: [{ ...challenge, content: 'AAAA' }] })).toMatchObject(rejected('SIG_CRYPTO_FAILURE'));
    });

    it('that the case does not hold is unknown', () => {
      expect(answer({})).toMatchObject({ failedChecks: expect.arrayContaining(['challenge.known']) });
      expect(answer({}).outcome).not.toBe('accepted');
    });

    it.each([
      ['no list', challenge],
      ['not an object', ['x']],
      ['an unknown field', [{ ...challenge, digest: {} }]],
      ['no content', [{ ...challenge, content: undefined }]],
      ['twice', [challenge, challenge]],
    ])('that cannot be read is a problem: %s', (_, challenges) => {
      expect(answer({ challenges })).toMatchObject({ problem: expect.stringContaining('challenges') });
    });
  });
});
