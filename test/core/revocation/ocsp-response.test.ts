import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concatBytes } from '../../../src/core/bytes.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { MAX_OCSP_RESPONSE_SIZE } from '../../../src/core/der/limits.ts';
import { encodeElement, encodeNull, encodeOctetString, encodeSequence } from '../../../src/core/der/writer.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeOcspResponse } from '../../../src/core/revocation/ocsp-response.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { HOUR, NOW } from './compose.ts';

const ca = compose.createParty('CA');
const certId = compose.composeCertId({ issuer: ca, serial: 5 });
const single = compose.composeSingleResponse({ certId, nextUpdate: NOW + HOUR });
type ResponseOptions = Partial<Parameters<typeof compose.composeOcspResponse>[0]>;
const respond = (options: ResponseOptions = {}): Uint8Array =>
  compose.composeOcspResponse({ signer: ca, responses: [single], ...options });

/** `decoded`, or the code of the DecodeError; anything else thrown fails the test. */
function decode(bytes: Uint8Array): string {
  try {
    decodeOcspResponse(bytes);
    return 'decoded';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

const withSingle = (...fields: readonly Uint8Array[]): Uint8Array =>
  respond({ responses: [encodeSequence(certId, ...fields)] });
const time = compose.generalizedTime(NOW);

describe('decodeOcspResponse', () => {
  it('reads every field', () => {
    const response = decodeOcspResponse(respond({ responderId: compose.responderByKey(ca) }));
    expect(response).toMatchObject({
      responseStatus: 'successful',
      basic: {
        responderId: { by: 'key', keyHash: expect.any(Uint8Array) },
        producedAt: NOW - 30_000,
        responses: [
          {
            certId: { hashAlgorithm: 'SHA-1', serialNumber: { hex: '05' } },
            says: { status: 'good' },
            thisUpdate: NOW - 60_000,
            nextUpdate: NOW + HOUR,
            singleExtensions: [],
          },
        ],
        responseExtensions: [],
        signatureAlgorithm: { algorithm: '1.2.840.10045.4.3.2' },
        certificates: [],
      },
    });
  });

  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('status %i is %s', (number, responseStatus) => {
    expect(decodeOcspResponse(compose.composeFailure(number))).toEqual({ responseStatus });
  });

  it.each([4, 7, 255])('status %i is none', (number) => {
    expect(decode(compose.composeFailure(number))).toBe('invalid-value');
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'truncated'],
    ['octets after the end', concatBytes(respond(), Uint8Array.of(0)), 'trailing-bytes'],
    ['cut off', respond().subarray(0, 100), 'truncated'],
    ['HTML', Uint8Array.from(Buffer.from('<html>busy</html>')), 'unexpected-tag'],
    ['indefinite length', Uint8Array.of(0x30, 0x80, 0x0a, 1, 3, 0, 0), 'indefinite-length'],
    ['a length of gigabytes', Uint8Array.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x0a), 'truncated'],
    ['more than the limit', new Uint8Array(MAX_OCSP_RESPONSE_SIZE + 1), 'size-limit'],
    ['successful without a body', compose.composeFailure(0), 'truncated'],
    [
      'a body with an error status',
      encodeSequence(Uint8Array.of(0x0a, 1, 3), encodeElement(0xa0, single)),
      'trailing-bytes',
    ],
    ['a status of two octets', encodeSequence(Uint8Array.of(0x0a, 2, 0, 3)), 'invalid-value'],
    ['another responseType', compose.composeSuccessful(encodeSequence(), '1.3.6.1.5.5.7.48.1.2'), 'invalid-value'],
    ['an empty BasicOCSPResponse', compose.composeSuccessful(encodeSequence()), 'truncated'],
    [
      'octets after the BasicOCSPResponse',
      compose.composeSuccessful(concatBytes(encodeSequence(), encodeNull())),
      'trailing-bytes',
    ],
    [
      'version v1, which is the default',
      respond({ version: encodeElement(0xa0, compose.integer(0)) }),
      'unsupported-version',
    ],
    ['version v2', respond({ version: encodeElement(0xa0, compose.integer(1)) }), 'unsupported-version'],
    ['a responderID of another kind', respond({ responderId: encodeElement(0xa3, encodeNull()) }), 'unexpected-tag'],
    [
      'a KeyHash that is no SHA-1',
      respond({ responderId: encodeElement(0xa2, encodeOctetString(new Uint8Array(32))) }),
      'invalid-value',
    ],
    [
      'extensions that are empty',
      withSingle(compose.GOOD, time, encodeElement(0xa1, encodeSequence())),
      'invalid-value',
    ],
    ['a UTCTime', withSingle(compose.GOOD, compose.utcTime(NOW)), 'unexpected-tag'],
    [
      'fractions of a second',
      withSingle(compose.GOOD, encodeElement(0x18, Buffer.from('20260601030000.5Z'))),
      'invalid-value',
    ],
    ['good with contents', withSingle(Uint8Array.of(0x80, 1, 0), time), 'invalid-value'],
    ['a status of another kind', withSingle(Uint8Array.of(0x83, 0), time), 'unexpected-tag'],
    ['reason 7', withSingle(compose.revokedAt(NOW, 7), time), 'invalid-value'],
    ['reason 11', withSingle(compose.revokedAt(NOW, 11), time), 'invalid-value'],
    ['revoked without a time', withSingle(encodeElement(0xa1, new Uint8Array()), time), 'truncated'],
    ['octets after nextUpdate', withSingle(compose.GOOD, time, encodeNull()), 'trailing-bytes'],
    ['65 single responses', respond({ responses: Array.from({ length: 65 }, () => single) }), 'count-limit'],
    ['17 certificates', respond({ certificates: Array.from({ length: 17 }, () => encodeSequence()) }), 'count-limit'],
    ['nesting without end', nested(3000), 'unexpected-tag'],
  ])('refuses %s', (_, bytes, code) => {
    expect(decode(bytes)).toBe(code);
  });

  it('throws nothing but DecodeError, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decode(bytes)),
      { numRuns: 500 },
    );
    const response = respond();
    fc.assert(
      fc.property(fc.nat(response.length - 1), fc.nat(255), (at, octet) => {
        const altered = Uint8Array.from(response);
        altered[at] = octet;
        decode(altered);
      }),
      { numRuns: 500 },
    );
  });
});

describe('every bit of a response counts', () => {
  it('no response with one bit turned is accepted, or throws', () => {
    const issuer = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: ca, issuer: ca })));
    const leaf = compose.composeCertificate({ subject: compose.createParty('Leaf'), issuer: ca, serial: 5 });
    const certificate = decodeCertificate(leaf);
    const rules = { certificate, issuer, at: NOW, maxAgeSeconds: 3600, clockSkewSeconds: 0, crypto: nodeCrypto };
    const response = respond();
    expect(concludeFromOcsp({ ...rules, response })).toMatchObject({ says: { status: 'good' } });
    for (let bit = 0; bit < response.length * 8; bit++) {
      const altered = Uint8Array.from(response);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(isRefusal(concludeFromOcsp({ ...rules, response: altered }))).toBe(true);
    }
  });
});

function nested(depth: number): Uint8Array {
  let inside: Uint8Array = encodeNull();
  for (let i = 0; i < depth; i++) inside = encodeElement(0x30, inside);
  return inside;
}
