import { describe, expect, it } from '@jest/globals';
import type { CryptoPrimitives } from '../../../src/core/crypto.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { type PathWithCrls, validatePathWithCrls } from '../../../src/core/revocation/validate-path-with-crls.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { createCountingCrypto } from '../counting.ts';
import * as compose from './compose.ts';
import { DAY, NOW } from './compose.ts';

const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;
const DIGITAL_SIGNATURE = 0;

const root = compose.createParty('root');
const otherRoot = compose.createParty('other root');
const ca = compose.createParty('ca');
/** Another key under the CA's name. */
const crlKey = compose.createParty('ca');
const leaf = compose.createParty('leaf');

const authority = [compose.basicConstraintsCa, compose.keyUsage(KEY_CERT_SIGN, CRL_SIGN)];
type Options = Parameters<typeof compose.composeCertificate>[0];
const certificate = (subject: compose.Party, issuer: compose.Party, serial: number, more: Partial<Options> = {}) =>
  compose.composeCertificate({ subject, issuer, serial, extensions: authority, ...more });
const endEntity = { extensions: [compose.keyUsage(DIGITAL_SIGNATURE)] };

const rootCertificate = certificate(root, root, 1);
const otherRootCertificate = certificate(otherRoot, otherRoot, 1);
const caCertificate = certificate(ca, root, 2);
const crlKeyUsage = { extensions: [compose.keyUsage(CRL_SIGN)] };
const crlKeyCertificate = certificate(crlKey, root, 3, crlKeyUsage);
const leafCertificate = certificate(leaf, ca, 9, endEntity);

const crl = (issuer: compose.Party, revoked: readonly number[] = [], nextUpdate = NOW + DAY) =>
  compose.composeCrl({ issuer, entries: revoked.map((serial) => compose.crlEntry(serial)), nextUpdate });

interface Question {
  readonly target?: Uint8Array;
  readonly anchors?: readonly Uint8Array[];
  readonly untrusted?: readonly Uint8Array[];
  readonly crls?: readonly Uint8Array[];
  readonly revocation?: 'none' | 'leaf' | 'all';
  readonly crypto?: CryptoPrimitives;
}

function validate(question: Question): PathWithCrls {
  const {
    target = leafCertificate,
    anchors = [rootCertificate],
    untrusted = [caCertificate, crlKeyCertificate],
  } = question;
  return validatePathWithCrls({
    target: decodeCertificate(target),
    anchors: anchors.map((der) => decodeCertificate(der)),
    untrusted: untrusted.map((der) => decodeCertificate(der)),
    crls: (question.crls ?? []).map((der) => decodeCrl(der)),
    revocation: question.revocation ?? 'all',
    at: NOW,
    settings: {
      initialPolicySet: ['2.5.29.32.0'],
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
    },
    freshness: { maxAgeSeconds: 3600, clockSkewSeconds: 0 },
    crypto: question.crypto ?? nodeCrypto,
  });
}

const statusOf = (question: Question) => {
  const { result, findings } = validate(question);
  expect(result.path).toBeDefined();
  return findings?.status;
};

describe('the CRL by the key that signed the certificate', () => {
  it('shows a path good, every certificate by its own list', () => {
    expect(statusOf({ crls: [crl(root), crl(ca)] })).toBe('good');
  });

  it.each([
    ['the target is revoked', [crl(root), crl(ca, [9])], 'all', 'revoked'],
    ['the CA is revoked', [crl(root, [2]), crl(ca)], 'all', 'revoked'],
    ['the CA is revoked, the leaf alone asked about', [crl(root, [2]), crl(ca)], 'leaf', 'good'],
    ['nothing is asked about', [crl(root, [2]), crl(ca, [9])], 'none', undefined],
    ['no list of the CA', [crl(root)], 'all', 'undetermined'],
    ['no list of the root', [crl(ca)], 'all', 'undetermined'],
    ['a stale list', [crl(root), crl(ca, [], NOW - 1000)], 'all', 'undetermined'],
    ['a good list and one that revokes', [crl(root), crl(ca), crl(ca, [9])], 'all', 'revoked'],
  ] as const)('%s', (_, crls, revocation, expected) => {
    expect(statusOf({ crls, revocation })).toBe(expected);
  });
});

describe('RFC 5280 §6.3.3(f): a CRL by another key of the CA', () => {
  it.each(['leaf', 'all'] as const)('counts where that key has a path to the same anchor (%s)', (revocation) => {
    expect(statusOf({ crls: [crl(root), crl(crlKey)], revocation })).toBe('good');
    expect(statusOf({ crls: [crl(root), crl(crlKey, [9])], revocation })).toBe('revoked');
  });

  it.each([
    ['its certificate is not there', [caCertificate]],
    ['its path leads to another anchor', [caCertificate, certificate(crlKey, otherRoot, 3, crlKeyUsage)]],
    [
      'its certificate is expired',
      [caCertificate, certificate(crlKey, root, 3, { ...crlKeyUsage, notAfter: NOW - 1000 })],
    ],
    [
      'its keyUsage lacks cRLSign',
      [caCertificate, certificate(crlKey, root, 3, { extensions: [compose.keyUsage(DIGITAL_SIGNATURE)] })],
    ],
    ['it has no keyUsage and is no CA', [caCertificate, certificate(crlKey, root, 3, { extensions: [] })]],
    ['its certificate is forged', [caCertificate, certificate(crlKey, compose.createParty('root'), 3, crlKeyUsage)]],
  ])('not where %s', (_, untrusted) => {
    const anchors = [rootCertificate, otherRootCertificate];
    expect(statusOf({ anchors, untrusted, crls: [crl(root), crl(otherRoot), crl(crlKey)] })).toBe('undetermined');
    // What it says against a certificate counts for as little.
    expect(statusOf({ anchors, untrusted, crls: [crl(root), crl(ca), crl(crlKey, [9])] })).toBe('good');
  });

  it('not where that key is revoked, or nobody shows it good', () => {
    expect(statusOf({ crls: [crl(root, [3]), crl(crlKey)] })).toBe('undetermined');
    expect(statusOf({ crls: [crl(crlKey)], revocation: 'leaf' })).toBe('undetermined');
  });

  it('not where it would vouch for itself, or two for each other', () => {
    const first = compose.createParty('ca');
    const second = compose.createParty('ca');
    const ofFirst = certificate(first, ca, 4);
    const ofSecond = certificate(second, ca, 5);
    const untrusted = [caCertificate, ofFirst, ofSecond];
    expect(statusOf({ untrusted, crls: [crl(root), crl(first)] })).toBe('undetermined');
    expect(statusOf({ untrusted, crls: [crl(root), crl(first), crl(second)] })).toBe('undetermined');
  });

  it('counts through a chain of keys that ends with a list of the CA itself', () => {
    const untrusted = [caCertificate, certificate(crlKey, ca, 4)];
    const partly = compose.composeCrl({
      issuer: ca,
      nextUpdate: NOW + DAY,
      extensions: [compose.issuingDistributionPoint(Uint8Array.of(0x82, 1, 0xff))],
    });
    expect(statusOf({ untrusted, crls: [crl(root), partly, crl(crlKey)] })).toBe('good');
  });

  it('asks for few signatures whoever else offers keys under the CA name', () => {
    const strangers = Array.from({ length: 40 }, (_, i) => {
      const party = compose.createParty('ca');
      return { der: certificate(party, ca, 100 + i), list: crl(party) };
    });
    const crypto = createCountingCrypto();
    const untrusted = [caCertificate, ...strangers.map(({ der }) => der)];
    const crls = [crl(root), ...strangers.map(({ list }) => list)];
    expect(statusOf({ untrusted, crls, crypto })).toBe('undetermined');
    // Each stranger's key tried on each stranger's certificate and list would be thousands.
    expect(crypto.counts.verifications).toBeLessThanOrEqual(512);
  });
});

describe('another path', () => {
  const crossed = certificate(ca, otherRoot, 7);
  const anchors = [rootCertificate, otherRootCertificate];

  it('is looked for where a CA of the first is not good', () => {
    const crls = [crl(root, [2]), crl(otherRoot), crl(ca)];
    const { result, findings } = validate({ anchors, untrusted: [caCertificate, crossed], crls });
    expect(findings?.status).toBe('good');
    expect(result.path?.certificates[0]?.serialNumber.hex).toBe('07');
  });

  it('where there is none, the first is told', () => {
    const crls = [crl(root, [2]), crl(otherRoot, [7]), crl(ca)];
    const { result, findings } = validate({ anchors, untrusted: [caCertificate, crossed], crls });
    expect(findings?.status).toBe('revoked');
    expect(result.path).toBeDefined();
  });

  it('is of no use where the target itself is revoked', () => {
    const crls = [crl(root), crl(otherRoot), crl(ca, [9])];
    expect(statusOf({ anchors, untrusted: [caCertificate, crossed], crls })).toBe('revoked');
  });
});

it('asks nobody about a certificate without a path', () => {
  const { result, findings } = validate({ anchors: [otherRootCertificate], crls: [crl(root), crl(ca)] });
  expect(result.path).toBeUndefined();
  expect(findings).toBeNull();
});
