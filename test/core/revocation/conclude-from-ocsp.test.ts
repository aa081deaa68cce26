import { describe, expect, it } from '@jest/globals';
import { encodeElement, encodeNull, encodeOctetString, encodeSequence } from '../../../src/core/der/writer.ts';
import {
  concludeFromOcsp,
  type DelegateStatus,
  type OcspEvidence,
} from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { DAY, HOUR, NOW } from './compose.ts';

const ca = compose.createParty('Sandbox CA');
/** Another generation: the same name, another key. */
const otherCa = { ...compose.createParty('Sandbox CA') };
const responder = compose.createParty('Sandbox OCSP');
const holder = compose.createParty('Holder');
const SERIAL = 0x0132c4ab;

const caCertificate = compose.composeCertificate({ subject: ca, issuer: ca, extensions: [compose.basicConstraintsCa] });
const issuer = issuerKeyOf(decodeCertificate(caCertificate));
const certificate = decodeCertificate(
  compose.composeCertificate({ subject: holder, issuer: ca, serial: SERIAL, notBefore: NOW - 30 * DAY }),
);

const certId = compose.composeCertId({ issuer: ca, serial: SERIAL });
type SingleOptions = Partial<Parameters<typeof compose.composeSingleResponse>[0]>;
const single = (options: SingleOptions = {}): Uint8Array =>
  compose.composeSingleResponse({ certId, nextUpdate: NOW + HOUR, ...options });
type ResponseOptions = Partial<Parameters<typeof compose.composeOcspResponse>[0]>;
const respond = (options: ResponseOptions = {}): Uint8Array =>
  compose.composeOcspResponse({ signer: ca, responses: [single()], ...options });

/** The status, or the code of the refusal. */
function judge(response: Uint8Array, options: Partial<OcspEvidence> = {}): string {
  const outcome = concludeFromOcsp({
    response,
    certificate,
    issuer,
    at: NOW,
    maxAgeSeconds: 3600,
    clockSkewSeconds: 0,
    crypto: nodeCrypto,
    ...options,
  });
  return isRefusal(outcome) ? outcome.refused : outcome.says.status;
}

describe('what an accepted response says', () => {
  it('good, with its times and octets', () => {
    const response = respond();
    const outcome = concludeFromOcsp({
      response,
      certificate,
      issuer,
      at: NOW,
      maxAgeSeconds: 3600,
      clockSkewSeconds: 0,
      crypto: nodeCrypto,
    });
    expect(outcome).toEqual({
      method: 'ocsp',
      says: { status: 'good' },
      thisUpdate: NOW - 60_000,
      nextUpdate: NOW + HOUR,
      producedAt: NOW - 30_000,
      crlNumber: null,
      der: response,
    });
  });

  it.each([
    [undefined, null],
    [0, 'unspecified'],
    [1, 'keyCompromise'],
    [3, 'affiliationChanged'],
    [6, 'certificateHold'],
    [10, 'aACompromise'],
  ])('revoked with reason %p', (number, reason) => {
    const response = respond({ responses: [single({ certStatus: compose.revokedAt(NOW - DAY, number) })] });
    const outcome = concludeFromOcsp({
      response,
      certificate,
      issuer,
      at: NOW,
      maxAgeSeconds: 3600,
      clockSkewSeconds: 0,
      crypto: nodeCrypto,
    });
    expect(outcome).toMatchObject({ says: { status: 'revoked', revokedAt: NOW - DAY, reason } });
  });

  it('unknown, which is a signed answer and no refusal', () => {
    expect(judge(respond({ responses: [single({ certStatus: compose.UNKNOWN })] }))).toBe('unknown');
  });

  it.each([1, 2, 3, 5, 6])('responder-error for status %i', (status) => {
    expect(judge(compose.composeFailure(status))).toBe('responder-error');
  });

  it('by RSA as well', () => {
    const rsa = compose.createParty('RSA CA', 'rsa');
    const rsaIssuer = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: rsa, issuer: rsa })));
    const leaf = decodeCertificate(compose.composeCertificate({ subject: holder, issuer: rsa, serial: SERIAL }));
    const keyOctets = rsaIssuer.subjectPublicKeyInfo.subjectPublicKey;
    const id = encodeSequence(
      encodeSequence(Buffer.from('06096086480165030402010500', 'hex')),
      encodeOctetString(compose.digest('sha256', rsa.name)),
      encodeOctetString(compose.digest('sha256', keyOctets)),
      compose.integer(SERIAL),
    );
    const response = compose.composeOcspResponse({ signer: rsa, responses: [single({ certId: id })] });
    expect(judge(response, { certificate: leaf, issuer: rsaIssuer })).toBe('good');
  });
});

describe('the certificate asked about (RFC 6960 §3.2 (1))', () => {
  it('by SHA-256', () => {
    const sha256 = compose.composeCertId({ issuer: ca, serial: SERIAL, hash: 'sha256' });
    expect(judge(respond({ responses: [single({ certId: sha256 })] }))).toBe('good');
  });

  it('another serial', () => {
    const other = compose.composeCertId({ issuer: ca, serial: SERIAL + 1 });
    expect(judge(respond({ responses: [single({ certId: other })] }))).toBe('wrong-certificate');
  });

  it('the same serial of another generation of the CA', () => {
    const other = compose.composeCertId({ issuer: otherCa, serial: SERIAL });
    expect(judge(respond({ responses: [single({ certId: other })] }))).toBe('wrong-issuer');
  });

  it('the same serial and key under another name', () => {
    const other = compose.composeCertId({ issuer: { ...ca, name: compose.composeName('Other CA') }, serial: SERIAL });
    expect(judge(respond({ responses: [single({ certId: other })] }))).toBe('wrong-issuer');
  });

  it('an issuer key that is not of the certificate’s issuer', () => {
    const stranger = compose.createParty('Stranger');
    const strangerKey = issuerKeyOf(
      decodeCertificate(compose.composeCertificate({ subject: stranger, issuer: stranger })),
    );
    expect(judge(respond(), { issuer: strangerKey })).toBe('wrong-issuer');
  });

  it('no SingleResponse at all', () => {
    expect(judge(respond({ responses: [] }))).toBe('wrong-certificate');
  });

  it('among others', () => {
    const other = single({ certId: compose.composeCertId({ issuer: ca, serial: 7 }) });
    expect(judge(respond({ responses: [other, single(), other] }))).toBe('good');
  });
});

describe('several SingleResponses about the certificate', () => {
  const good = single();
  const revoked = single({ certStatus: compose.revokedAt(NOW - DAY, 1) });
  const unknown = single({ certStatus: compose.UNKNOWN });

  it('a revoked one is masked by nothing, in any order', () => {
    expect(judge(respond({ responses: [good, revoked] }))).toBe('revoked');
    expect(judge(respond({ responses: [revoked, good] }))).toBe('revoked');
    expect(judge(respond({ responses: [unknown, revoked, good] }))).toBe('revoked');
  });

  it('an unknown one is not masked by a good one', () => {
    expect(judge(respond({ responses: [good, unknown] }))).toBe('unknown');
  });

  it('a stale revoked one leaves no good', () => {
    const stale = single({
      certStatus: compose.revokedAt(NOW - DAY, 1),
      nextUpdate: NOW - 1000,
      thisUpdate: NOW - DAY,
    });
    expect(judge(respond({ responses: [good, stale] }))).toBe('stale');
    expect(judge(respond({ responses: [good, stale, revoked] }))).toBe('revoked');
  });

  it('by different hashes', () => {
    const sha256 = compose.composeCertId({ issuer: ca, serial: SERIAL, hash: 'sha256' });
    const byOther = single({ certId: sha256, certStatus: compose.revokedAt(NOW - DAY) });
    expect(judge(respond({ responses: [good, byOther] }))).toBe('revoked');
  });
});

describe('who signed (RFC 6960 §4.2.2.2)', () => {
  type CertificateOptions = Partial<Parameters<typeof compose.composeCertificate>[0]>;
  const delegateCertificate = (options: CertificateOptions = {}): Uint8Array =>
    compose.composeCertificate({
      subject: responder,
      issuer: ca,
      serial: 99,
      extensions: [compose.extKeyUsage(compose.OCSP_SIGNING), compose.ocspNoCheck],
      ...options,
    });
  const byDelegate = (options: CertificateOptions = {}, response: ResponseOptions = {}): Uint8Array =>
    respond({ signer: responder, certificates: [delegateCertificate(options)], ...response });

  it('the CA, named by key', () => {
    expect(judge(respond({ responderId: compose.responderByKey(ca) }))).toBe('good');
  });

  it('the CA, named by an equal name in another encoding', () => {
    const printable = encodeElement(0xa1, compose.composeName('sandbox  ca', 0x13));
    expect(judge(respond({ responderId: printable }))).toBe('good');
  });

  it('the CA with its own certificate in the response', () => {
    expect(judge(respond({ certificates: [caCertificate] }))).toBe('good');
  });

  it('another generation of the CA', () => {
    expect(judge(respond({ signer: otherCa }))).toBe('wrong-signature');
  });

  it('a responderID of nobody', () => {
    expect(judge(respond({ responderId: compose.responderByName(holder) }))).toBe('responder-not-authorised');
    expect(judge(respond({ responderId: compose.responderByKey(holder) }))).toBe('responder-not-authorised');
  });

  it('altered after signing', () => {
    const response = respond();
    response[response.length - 1] = (response[response.length - 1] as number) ^ 1;
    expect(judge(response)).toBe('wrong-signature');
  });

  it('a delegate, named by name and by key', () => {
    expect(judge(byDelegate())).toBe('good');
    expect(judge(byDelegate({}, { responderId: compose.responderByKey(responder) }))).toBe('good');
  });

  it('a delegate whose certificate is not in the response', () => {
    expect(judge(byDelegate({}, { certificates: [] }))).toBe('responder-not-authorised');
  });

  it('a delegate after other certificates', () => {
    const certificates = [caCertificate, certificate.der, delegateCertificate()];
    expect(judge(byDelegate({}, { certificates }))).toBe('good');
  });

  it('a delegate of another generation of the CA', () => {
    expect(judge(byDelegate({ issuer: otherCa }))).toBe('responder-not-authorised');
  });

  it('a delegate of a CA of another name with the same key', () => {
    const renamed = { ...ca, name: compose.composeName('Other CA') };
    expect(judge(byDelegate({ issuer: renamed }))).toBe('responder-not-authorised');
  });

  it('a delegate of a delegate', () => {
    const second = compose.createParty('Second');
    const secondCertificate = delegateCertificate({ subject: second, issuer: responder });
    const response = respond({ signer: second, certificates: [secondCertificate, delegateCertificate()] });
    expect(judge(response)).toBe('responder-not-authorised');
  });

  it.each([
    ['no extKeyUsage', [compose.ocspNoCheck]],
    ['another purpose', [compose.extKeyUsage('1.3.6.1.5.5.7.3.2'), compose.ocspNoCheck]],
    ['anyExtendedKeyUsage', [compose.extKeyUsage('2.5.29.37.0'), compose.ocspNoCheck]],
    ['keyUsage without digitalSignature', [compose.extKeyUsage(compose.OCSP_SIGNING), compose.keyUsage(1)]],
    [
      'an unknown critical extension',
      [compose.extKeyUsage(compose.OCSP_SIGNING), compose.extension('1.2.3.4', encodeNull(), true)],
    ],
  ])('a delegate with %s', (_, extensions) => {
    expect(judge(byDelegate({ extensions: [...extensions] }))).toBe('responder-not-authorised');
  });

  it('a delegate with keyUsage digitalSignature, and several purposes', () => {
    const extensions = [
      compose.keyUsage(0),
      compose.extKeyUsage('1.3.6.1.5.5.7.3.2', compose.OCSP_SIGNING),
      compose.ocspNoCheck,
    ];
    expect(judge(byDelegate({ extensions }))).toBe('good');
  });

  it('the validity of the delegate, to the second', () => {
    expect(judge(byDelegate({ notBefore: NOW }))).toBe('good');
    expect(judge(byDelegate({ notBefore: NOW + 1000 }))).toBe('responder-not-authorised');
    expect(judge(byDelegate({ notAfter: NOW }))).toBe('good');
    expect(judge(byDelegate({ notAfter: NOW - 1000 }))).toBe('responder-not-authorised');
  });

  it('an end entity of the CA, by its own certificate', () => {
    const response = respond({ signer: holder, certificates: [certificate.der] });
    expect(judge(response)).toBe('responder-not-authorised');
  });

  it('a delegate’s certificate, but another key behind the signature', () => {
    const impostor = { ...compose.createParty('Sandbox OCSP'), name: responder.name };
    expect(judge(respond({ signer: impostor, certificates: [delegateCertificate()] }))).toBe('wrong-signature');
  });

  it('tries four certificates of the responder’s name at most', () => {
    const decoys = Array.from({ length: 4 }, () => delegateCertificate({ issuer: otherCa }));
    expect(judge(byDelegate({}, { certificates: [...decoys.slice(1), delegateCertificate()] }))).toBe('good');
    expect(judge(byDelegate({}, { certificates: [...decoys, delegateCertificate()] }))).toBe(
      'responder-not-authorised',
    );
  });

  it('a certificate in the response that is none', () => {
    const certificates = [encodeSequence(encodeNull())];
    expect(judge(byDelegate({}, { certificates }))).toBe('malformed');
    // The CA's own signature needs no certificate out of the response.
    expect(judge(respond({ certificates }))).toBe('good');
  });

  describe('without id-pkix-ocsp-nocheck', () => {
    const extensions = [compose.extKeyUsage(compose.OCSP_SIGNING)];
    it('is undetermined as long as no CRL shows the delegate good', () => {
      expect(judge(byDelegate({ extensions }))).toBe('responder-revocation-unknown');
      const answers: readonly [DelegateStatus, string][] = [
        ['good', 'good'],
        ['revoked', 'responder-not-authorised'],
        ['undetermined', 'responder-revocation-unknown'],
      ];
      for (const [status, expected] of answers)
        expect(judge(byDelegate({ extensions }), { delegateStatus: () => status })).toBe(expected);
    });

    it('is asked about the delegate that signed, and only when all else holds', () => {
      const asked: string[] = [];
      const delegateStatus = (delegate: { serialNumber: { hex: string } }): DelegateStatus => {
        asked.push(delegate.serialNumber.hex);
        return 'good';
      };
      judge(byDelegate({ extensions }), { delegateStatus });
      judge(byDelegate(), { delegateStatus });
      judge(byDelegate({ extensions }, { producedAt: NOW + 1000 }), { delegateStatus });
      expect(asked).toEqual(['63']);
    });
  });

  it('SHA-1 under the response or under the delegate', () => {
    const sha1 = compose.createParty('Sandbox CA', 'ec-sha1');
    const weakCa = { ...ca, algorithm: sha1.algorithm, hash: sha1.hash };
    const weakResponder = { ...responder, algorithm: sha1.algorithm, hash: sha1.hash };
    expect(judge(respond({ signer: weakCa }))).toBe('algorithm');
    expect(judge(respond({ signer: weakCa }), { legacyAlgorithms: true })).toBe('good');
    expect(judge(byDelegate({ issuer: weakCa }))).toBe('algorithm');
    expect(judge(byDelegate({}, { signer: weakResponder }))).toBe('algorithm');
  });
});

describe('freshness (RFC 6960 §4.2.2.1)', () => {
  const times = (options: SingleOptions & { readonly producedAt?: number }): Uint8Array =>
    respond({ responses: [single(options)], producedAt: options.producedAt ?? options.thisUpdate ?? NOW - 60_000 });

  it('nextUpdate', () => {
    expect(judge(times({ nextUpdate: NOW }))).toBe('good');
    expect(judge(times({ nextUpdate: NOW }), { at: NOW + 1 })).toBe('stale');
    expect(judge(times({ nextUpdate: NOW }), { at: NOW + 60_000, clockSkewSeconds: 60 })).toBe('good');
    expect(judge(times({ nextUpdate: NOW }), { at: NOW + 60_001, clockSkewSeconds: 60 })).toBe('stale');
  });

  it('nextUpdate absent: thisUpdate within maxAgeSeconds', () => {
    const response = times({ nextUpdate: undefined, thisUpdate: NOW - 3_600_000 });
    expect(judge(response)).toBe('good');
    expect(judge(response, { at: NOW + 1 })).toBe('stale');
    expect(judge(response, { maxAgeSeconds: 3599 })).toBe('stale');
  });

  it('maxAgeSeconds does not narrow a nextUpdate that is there', () => {
    expect(judge(times({ thisUpdate: NOW - 2 * HOUR, nextUpdate: NOW + HOUR }))).toBe('good');
  });

  it('thisUpdate', () => {
    expect(judge(times({ thisUpdate: NOW }))).toBe('good');
    expect(judge(times({ thisUpdate: NOW }), { at: NOW - 1 })).toBe('not-yet-valid');
    expect(judge(times({ thisUpdate: NOW }), { at: NOW - 60_000, clockSkewSeconds: 60 })).toBe('good');
    expect(judge(times({ thisUpdate: NOW }), { at: NOW - 60_001, clockSkewSeconds: 60 })).toBe('not-yet-valid');
  });

  it('producedAt', () => {
    const response = times({ producedAt: NOW });
    expect(judge(response)).toBe('good');
    expect(judge(response, { at: NOW - 1 })).toBe('not-yet-valid');
    expect(judge(response, { at: NOW - 60_000, clockSkewSeconds: 60 })).toBe('good');
    expect(judge(times({ producedAt: NOW - 61_000 }))).toBe('malformed');
  });

  it('nextUpdate before thisUpdate', () => {
    expect(judge(times({ thisUpdate: NOW - 1000, nextUpdate: NOW - 2000 }), { clockSkewSeconds: 60 })).toBe(
      'malformed',
    );
  });

  it('a response made before the certificate', () => {
    const young = (notBefore: number) => ({
      certificate: decodeCertificate(
        compose.composeCertificate({ subject: holder, issuer: ca, serial: SERIAL, notBefore }),
      ),
    });
    expect(judge(times({ producedAt: NOW - 10_000 }), young(NOW - 10_000))).toBe('good');
    expect(judge(times({ producedAt: NOW - 11_000 }), young(NOW - 10_000))).toBe('predates-certificate');
  });

  it('a stale revoked answer is no answer', () => {
    const certStatus = compose.revokedAt(NOW - DAY);
    expect(judge(times({ certStatus, nextUpdate: NOW - 1000 }))).toBe('stale');
  });
});

describe('nonce (RFC 9654)', () => {
  const nonce = Uint8Array.from({ length: 32 }, (_, i) => i);
  const withNonce = (value: Uint8Array): Uint8Array =>
    respond({ extensions: [compose.extension('1.3.6.1.5.5.7.48.1.2', value)] });

  it('the one that was sent', () => {
    expect(judge(withNonce(encodeOctetString(nonce)), { nonce, nonceRequired: true })).toBe('good');
  });

  it('another one, or bare octets', () => {
    const other = nonce.map((octet) => octet ^ 1);
    expect(judge(withNonce(encodeOctetString(other)), { nonce })).toBe('nonce-mismatch');
    expect(judge(withNonce(nonce), { nonce })).toBe('nonce-mismatch');
    expect(judge(withNonce(new Uint8Array()), { nonce })).toBe('nonce-mismatch');
  });

  it('absent: accepted unless required', () => {
    expect(judge(respond(), { nonce })).toBe('good');
    expect(judge(respond(), { nonce, nonceRequired: true })).toBe('nonce-mismatch');
  });

  it('not sent: one that is there is of no interest, and none is required in vain', () => {
    expect(judge(withNonce(encodeOctetString(nonce)))).toBe('good');
    expect(judge(withNonce(encodeOctetString(nonce)), { nonceRequired: true })).toBe('nonce-mismatch');
  });

  it('twice', () => {
    const one = compose.extension('1.3.6.1.5.5.7.48.1.2', encodeOctetString(nonce));
    expect(judge(respond({ extensions: [one, one] }), { nonce })).toBe('malformed');
  });
});

describe('extensions (RFC 6960 §4.4)', () => {
  const unknown = (critical: boolean): Uint8Array => compose.extension('1.2.3.4', encodeNull(), critical);

  it('an unknown one is ignored, unless it is critical', () => {
    expect(judge(respond({ extensions: [unknown(false)] }))).toBe('good');
    expect(judge(respond({ extensions: [unknown(true)] }))).toBe('unknown-critical-extension');
    expect(judge(respond({ responses: [single({ extensions: [unknown(false)] })] }))).toBe('good');
    expect(judge(respond({ responses: [single({ extensions: [unknown(true)] })] }))).toBe('unknown-critical-extension');
  });

  it('one on a SingleResponse about another certificate does not matter', () => {
    const other = single({ certId: compose.composeCertId({ issuer: ca, serial: 7 }), extensions: [unknown(true)] });
    expect(judge(respond({ responses: [single(), other] }))).toBe('good');
  });

  it('archiveCutoff and extended-revoke, critical or not', () => {
    const cutoff = compose.extension('1.3.6.1.5.5.7.48.1.6', compose.generalizedTime(NOW - 365 * DAY), true);
    expect(judge(respond({ responses: [single({ extensions: [cutoff] })] }))).toBe('good');
    const malformed = compose.extension('1.3.6.1.5.5.7.48.1.6', encodeNull());
    expect(judge(respond({ responses: [single({ extensions: [malformed] })] }))).toBe('malformed');
    const extended = compose.extension('1.3.6.1.5.5.7.48.1.9', encodeNull(), true);
    expect(judge(respond({ extensions: [extended] }))).toBe('good');
  });

  it('never issued, as revoked with certificateHold since 1970', () => {
    expect(judge(respond({ responses: [single({ certStatus: compose.revokedAt(0, 6) })] }))).toBe('revoked');
  });
});
