import { describe, expect, it } from '@jest/globals';
import { refuseOcspResponse } from '../../../src/core/revocation/accept-ocsp-response.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { refuseByTime } from '../../../src/core/revocation/freshness.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { DAY, HOUR, NOW } from './compose.ts';

const ca = compose.createParty('ca');
const otherKey = compose.createParty('ca');
const delegate = compose.createParty('delegate');
const caCertificate = decodeCertificate(
  compose.composeCertificate({ subject: ca, issuer: ca, extensions: [compose.basicConstraintsCa] }),
);
const delegateCertificate = compose.composeCertificate({
  subject: delegate,
  issuer: ca,
  serial: 5,
  extensions: [compose.extKeyUsage(compose.OCSP_SIGNING), compose.ocspNoCheck],
});
const leafCertificate = decodeCertificate(
  compose.composeCertificate({ subject: compose.createParty('leaf'), issuer: ca, serial: 9 }),
);

type Single = Partial<Parameters<typeof compose.composeSingleResponse>[0]>;
const single = (more: Single = {}, issuer = ca) =>
  compose.composeSingleResponse({
    certId: compose.composeCertId({ issuer, serial: 9 }),
    nextUpdate: NOW + HOUR,
    ...more,
  });
const response = (responses: readonly Uint8Array[], more: object = {}) =>
  compose.composeOcspResponse({ signer: ca, responses, ...more });

const rules = {
  issuer: issuerKeyOf(caCertificate),
  at: NOW,
  maxAgeSeconds: 3600,
  clockSkewSeconds: 0,
  crypto: nodeCrypto,
};
const refused = (bytes: Uint8Array, more: object = {}) =>
  refuseOcspResponse({ response: bytes, ...rules, ...more })?.refused;

describe('refuseOcspResponse', () => {
  it.each([
    ['by the CA', response([single()])],
    ['whatever it says', response([single({ certStatus: compose.revokedAt(NOW - DAY) })])],
    ['by a delegate', response([single()], { signer: delegate, certificates: [delegateCertificate] })],
    ['with a stale word about a stranger', response([single(), single({ nextUpdate: NOW - 1000 }, otherKey)])],
    ['at its last instant', response([single({ nextUpdate: NOW })])],
  ])('lets pass a response %s', (_, bytes) => {
    expect(refused(bytes)).toBeUndefined();
  });

  it.each([
    ['by another key', response([single()], { signer: otherKey }), 'wrong-signature'],
    ['by a delegate of nobody', response([single()], { signer: delegate }), 'responder-not-authorised'],
    ['about another CA key', response([single({}, otherKey)]), 'wrong-issuer'],
    ['that is stale', response([single({ nextUpdate: NOW - 1000 })]), 'stale'],
    ['of which one word is stale', response([single(), single({ nextUpdate: NOW - 1000 })]), 'stale'],
    ['of the future', response([single({ thisUpdate: NOW + 1000 })]), 'not-yet-valid'],
    ['made in the future', response([single()], { producedAt: NOW + 1000 }), 'not-yet-valid'],
    [
      'with a critical extension',
      response([single({ extensions: [compose.extension('1.2.3', compose.TRUE, true)] })]),
      'unknown-critical-extension',
    ],
    ['that is an error', compose.composeFailure(3), 'responder-error'],
    ['that is none', Uint8Array.of(0x30), 'malformed'],
  ])('refuses a response %s', (_, bytes, expected) => {
    expect(refused(bytes)).toBe(expected);
  });
});

describe("a delegate's certificate from elsewhere", () => {
  const bytes = response([single()], { signer: delegate });
  const untrusted = [decodeCertificate(delegateCertificate)];

  it('serves where the response does not hold it', () => {
    expect(refused(bytes, { untrusted })).toBeUndefined();
    const outcome = concludeFromOcsp({ response: bytes, certificate: leafCertificate, ...rules, untrusted });
    expect(isRefusal(outcome) ? outcome.refused : outcome.says.status).toBe('good');
  });

  it('is held against the same rules', () => {
    const stranger = compose.composeCertificate({
      subject: delegate,
      issuer: otherKey,
      extensions: [compose.extKeyUsage(compose.OCSP_SIGNING), compose.ocspNoCheck],
    });
    expect(refused(bytes, { untrusted: [decodeCertificate(stranger)] })).toBe('responder-not-authorised');
  });
});

describe('maxAgeAlways', () => {
  const times = { at: NOW, maxAgeSeconds: 60, clockSkewSeconds: 0 };

  it('bounds the age where nextUpdate is there', () => {
    expect(refuseByTime(NOW - 60_001, NOW + HOUR, times)).toBeUndefined();
    expect(refuseByTime(NOW - 60_000, NOW + HOUR, { ...times, maxAgeAlways: true })).toBeUndefined();
    expect(refuseByTime(NOW - 60_001, NOW + HOUR, { ...times, maxAgeAlways: true })?.refused).toBe('stale');
  });

  it('changes nothing where it is not', () => {
    expect(refuseByTime(NOW - 60_001, null, { ...times, maxAgeAlways: true })?.refused).toBe('stale');
    expect(refuseByTime(NOW - 60_000, null, { ...times, maxAgeAlways: true })).toBeUndefined();
  });
});
