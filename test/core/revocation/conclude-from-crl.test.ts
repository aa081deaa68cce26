import { describe, expect, it } from '@jest/globals';
import { encodeElement, encodeNull } from '../../../src/core/der/writer.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { type CrlEvidence, concludeFromCrl } from '../../../src/core/revocation/conclude-from-crl.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import type { AcceptedEvidence, Refusal } from '../../../src/core/revocation/status.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { DAY, HOUR, NOW } from './compose.ts';

const ca = compose.createParty('Sandbox CA');
const holder = compose.createParty('Holder');
const SERIAL = 0x0132c4ab;
const issuer = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: ca, issuer: ca })));

const nakaku = compose.directoryName(compose.composeName('Yokohama-shi-Naka-ku CRLDP'));
const tsukuba = compose.directoryName(compose.composeName('Tsukuba-shi CRLDP'));

type CertificateOptions = Partial<Parameters<typeof compose.composeCertificate>[0]>;
const leaf = (options: CertificateOptions = {}): Certificate =>
  decodeCertificate(
    compose.composeCertificate({
      subject: holder,
      issuer: ca,
      serial: SERIAL,
      notBefore: NOW - 30 * DAY,
      extensions: [compose.distributionPoints(compose.fullName(nakaku))],
      ...options,
    }),
  );
const certificate = leaf();
const withoutPoint = leaf({ extensions: [] });

const partition = compose.issuingDistributionPoint(compose.fullName(nakaku), flag(1));
const revokedEntry = compose.crlEntry(SERIAL, NOW - DAY, compose.reasonCode(3));

function flag(n: number): Uint8Array {
  return Uint8Array.of(0x80 | n, 1, 0xff);
}

type CrlOptions = Partial<Parameters<typeof compose.composeCrl>[0]>;
const list = (options: CrlOptions = {}): Uint8Array =>
  compose.composeCrl({ issuer: ca, nextUpdate: NOW + DAY, extensions: [partition], ...options });

function conclude(der: Uint8Array, options: Partial<CrlEvidence> = {}): AcceptedEvidence | Refusal {
  const crl = authenticateCrl(decodeCrl(der), issuer, nodeCrypto);
  if (isRefusal(crl)) return crl;
  return concludeFromCrl({
    crl,
    certificate,
    issuer,
    at: NOW,
    maxAgeSeconds: 129_600,
    clockSkewSeconds: 0,
    undivided: false,
    ...options,
  });
}

/** The status, or the code of the refusal. */
function judge(der: Uint8Array, options: Partial<CrlEvidence> = {}): string {
  const outcome = conclude(der, options);
  return isRefusal(outcome) ? outcome.refused : outcome.says.status;
}

/** What a list with these extensions says: without the serial, and with it. */
function both(extensions: readonly Uint8Array[], options: Partial<CrlEvidence> = {}): readonly [string, string] {
  return [judge(list({ extensions }), options), judge(list({ extensions, entries: [revokedEntry] }), options)];
}

describe('what an accepted CRL says', () => {
  it('good, with its times, number and octets', () => {
    const der = list({ extensions: [partition, compose.crlNumber(2n ** 70n)] });
    expect(conclude(der)).toEqual({
      method: 'crl',
      says: { status: 'good' },
      thisUpdate: NOW - HOUR,
      nextUpdate: NOW + DAY,
      producedAt: null,
      crlNumber: '1180591620717411303424',
      der,
    });
  });

  it.each([
    [undefined, null],
    [0, 'unspecified'],
    [4, 'superseded'],
    [6, 'certificateHold'],
  ])('revoked with reason %p', (number, reason) => {
    const entry = compose.crlEntry(SERIAL, NOW - DAY, ...(number === undefined ? [] : [compose.reasonCode(number)]));
    expect(conclude(list({ entries: [compose.crlEntry(7), entry] }))).toMatchObject({
      says: { status: 'revoked', revokedAt: NOW - DAY, reason },
    });
  });

  it('good beside entries of others, some of them close', () => {
    const entries = [SERIAL - 1, SERIAL + 1, SERIAL * 256, 0xab].map((serial) => compose.crlEntry(serial));
    expect(judge(list({ entries }))).toBe('good');
  });

  it('a serial is a number of any length', () => {
    const serial = 2n ** 159n + 1n;
    expect(judge(list({ entries: [compose.crlEntry(serial)] }), { certificate: leaf({ serial }) })).toBe('revoked');
  });
});

describe('of which key (RFC 5280 §6.3.3 (f))', () => {
  it('a list of another generation of the CA says nothing about the certificate', () => {
    const next = compose.createParty('Sandbox CA');
    const nextKey = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: next, issuer: next })));
    const crl = authenticateCrl(decodeCrl(list({ issuer: next, entries: [revokedEntry] })), nextKey, nodeCrypto);
    if (isRefusal(crl)) throw new Error('the list is authentic');
    expect(judge(list(), { crl })).toBe('wrong-issuer');
  });

  it('a certificate of another issuer name', () => {
    const renamed = { ...ca, name: compose.composeName('Other CA') };
    expect(judge(list(), { certificate: leaf({ issuer: renamed }) })).toBe('wrong-issuer');
  });
});

describe('freshness', () => {
  it('nextUpdate', () => {
    expect(judge(list({ nextUpdate: NOW }))).toBe('good');
    expect(judge(list({ nextUpdate: NOW }), { at: NOW + 1 })).toBe('stale');
    expect(judge(list({ nextUpdate: NOW }), { at: NOW + 5000, clockSkewSeconds: 5 })).toBe('good');
    expect(judge(list({ nextUpdate: NOW }), { at: NOW + 5001, clockSkewSeconds: 5 })).toBe('stale');
  });

  it('nextUpdate absent: thisUpdate within maxAgeSeconds', () => {
    const der = list({ thisUpdate: NOW - 129_600_000, nextUpdate: undefined });
    expect(judge(der)).toBe('good');
    expect(judge(der, { at: NOW + 1 })).toBe('stale');
    expect(judge(der, { maxAgeSeconds: 129_599 })).toBe('stale');
  });

  it('thisUpdate', () => {
    expect(judge(list({ thisUpdate: NOW }))).toBe('good');
    expect(judge(list({ thisUpdate: NOW }), { at: NOW - 1 })).toBe('not-yet-valid');
    expect(judge(list({ thisUpdate: NOW }), { at: NOW - 5000, clockSkewSeconds: 5 })).toBe('good');
  });

  it('nextUpdate before thisUpdate', () => {
    const der = list({ thisUpdate: NOW - 1000, nextUpdate: NOW - 2000 });
    expect(judge(der, { clockSkewSeconds: 60 })).toBe('malformed');
  });

  it('a stale list proves nothing, not even "revoked"', () => {
    expect(judge(list({ entries: [revokedEntry], nextUpdate: NOW - 1000 }))).toBe('stale');
  });

  it('a list from before the certificate says nothing about it', () => {
    const young = (notBefore: number) => ({ certificate: leaf({ notBefore }) });
    expect(judge(list(), young(NOW - HOUR))).toBe('good');
    expect(judge(list(), young(NOW - HOUR + 1000))).toBe('predates-certificate');
    expect(judge(list({ entries: [revokedEntry] }), young(NOW - HOUR + 1000))).toBe('predates-certificate');
  });
});

describe('scope by issuingDistributionPoint (RFC 5280 §6.3.3 (b)(2))', () => {
  it('the distribution point of the certificate', () => {
    expect(both([partition])).toEqual(['good', 'revoked']);
    expect(both([compose.issuingDistributionPoint(compose.fullName(nakaku))])).toEqual(['good', 'revoked']);
  });

  it('another municipality', () => {
    const other = compose.issuingDistributionPoint(compose.fullName(tsukuba), flag(1));
    expect(both([other])).toEqual(['out-of-scope', 'out-of-scope']);
    expect(both([other], { undivided: true })).toEqual(['out-of-scope', 'out-of-scope']);
  });

  it('names are compared, not octets', () => {
    const printable = compose.directoryName(compose.composeName('YOKOHAMA-SHI-NAKA-KU  CRLDP', 0x13));
    expect(both([compose.issuingDistributionPoint(compose.fullName(printable))])).toEqual(['good', 'revoked']);
  });

  it('one of several names is enough, a URI is compared as it stands', () => {
    const url = compose.uri('http://crl.example/1.crl');
    const idp = compose.issuingDistributionPoint(compose.fullName(url, nakaku));
    expect(both([idp])).toEqual(['good', 'revoked']);
    const byUri = leaf({ extensions: [compose.distributionPoints(compose.fullName(url))] });
    expect(judge(list({ extensions: [idp] }), { certificate: byUri })).toBe('good');
    const otherUri = compose.fullName(compose.uri('http://crl.example/2.crl'));
    const byOther = leaf({ extensions: [compose.distributionPoints(otherUri)] });
    expect(judge(list({ extensions: [idp] }), { certificate: byOther })).toBe('out-of-scope');
  });

  it('a name relative to the CRL issuer', () => {
    const relative = compose.issuingDistributionPoint(compose.relativeName('Naka-ku'));
    const absolute = Buffer.concat([ca.name.subarray(2), rdn('Naka-ku')]);
    const points = compose.distributionPoints(compose.fullName(compose.directoryName(encodeElement(0x30, absolute))));
    expect(both([relative], { certificate: leaf({ extensions: [points] }) })).toEqual(['good', 'revoked']);
    const byRelative = leaf({ extensions: [compose.distributionPoints(compose.relativeName('Naka-ku'))] });
    expect(both([relative], { certificate: byRelative })).toEqual(['good', 'revoked']);
    const byOther = leaf({ extensions: [compose.distributionPoints(compose.relativeName('Tsukuba'))] });
    expect(both([relative], { certificate: byOther })).toEqual(['out-of-scope', 'out-of-scope']);
  });

  it('no name in it: every distribution point, where the source is the undivided CRL of the key', () => {
    const unnamed = compose.issuingDistributionPoint(flag(1));
    expect(both([unnamed])).toEqual(['not-undivided', 'revoked']);
    expect(both([unnamed], { undivided: true })).toEqual(['good', 'revoked']);
  });

  it('end entities, CAs, attribute certificates', () => {
    const caCertificate = leaf({
      extensions: [compose.basicConstraintsCa, compose.distributionPoints(compose.fullName(nakaku))],
    });
    const only = (n: number): Uint8Array => compose.issuingDistributionPoint(compose.fullName(nakaku), flag(n));
    expect(both([only(1)])).toEqual(['good', 'revoked']);
    expect(both([only(2)])).toEqual(['out-of-scope', 'out-of-scope']);
    expect(both([only(5)])).toEqual(['out-of-scope', 'out-of-scope']);
    expect(both([only(1)], { certificate: caCertificate })).toEqual(['out-of-scope', 'out-of-scope']);
    expect(both([only(2)], { certificate: caCertificate })).toEqual(['good', 'revoked']);
    expect(both([only(5)], { certificate: caCertificate })).toEqual(['out-of-scope', 'out-of-scope']);
  });

  it('without it: good only where the source is the undivided CRL, revoked anywhere', () => {
    expect(both([])).toEqual(['not-undivided', 'revoked']);
    expect(both([], { undivided: true })).toEqual(['good', 'revoked']);
  });

  it('a certificate without distribution point is covered by undivided CRLs alone', () => {
    const options = { certificate: withoutPoint };
    expect(both([], options)).toEqual(['not-undivided', 'revoked']);
    expect(both([], { ...options, undivided: true })).toEqual(['good', 'revoked']);
    expect(both([partition], { ...options, undivided: true })).toEqual(['out-of-scope', 'out-of-scope']);
    const named = compose.issuingDistributionPoint(compose.fullName(compose.directoryName(ca.name)));
    expect(both([named], options)).toEqual(['not-undivided', 'revoked']);
    expect(both([named], { ...options, undivided: true })).toEqual(['good', 'revoked']);
    expect(both([compose.issuingDistributionPoint(flag(1))], options)).toEqual(['not-undivided', 'revoked']);
  });

  it('some reasons alone: never good', () => {
    const reasons = encodeElement(0x83, compose.bits(1, 2));
    const idp = compose.issuingDistributionPoint(compose.fullName(nakaku), reasons);
    expect(both([idp])).toEqual(['partial-reasons', 'revoked']);
    expect(both([idp], { undivided: true })).toEqual(['partial-reasons', 'revoked']);
  });

  it('a distribution point with reasons, or with a cRLIssuer: never good', () => {
    const point = (...rest: readonly Uint8Array[]): Uint8Array => Buffer.concat([compose.fullName(nakaku), ...rest]);
    const reasons = leaf({ extensions: [compose.distributionPoints(point(encodeElement(0x81, compose.bits(1))))] });
    expect(both([partition], { certificate: reasons })).toEqual(['partial-reasons', 'revoked']);
    const elsewhere = encodeElement(0xa2, compose.directoryName(compose.composeName('CRL issuer')));
    const indirect = leaf({ extensions: [compose.distributionPoints(point(elsewhere))] });
    expect(both([partition], { certificate: indirect })).toEqual(['indirect', 'revoked']);
    const second = leaf({ extensions: [compose.distributionPoints(point(elsewhere), point())] });
    expect(both([partition], { certificate: second })).toEqual(['good', 'revoked']);
  });

  it('a list without it serves no distribution point that has a cRLIssuer, (b)(1)', () => {
    const point = (...rest: readonly Uint8Array[]): Uint8Array => Buffer.concat([compose.fullName(nakaku), ...rest]);
    const elsewhere = encodeElement(0xa2, compose.directoryName(compose.composeName('CRL issuer')));
    const indirect = leaf({ extensions: [compose.distributionPoints(point(elsewhere))] });
    expect(both([], { certificate: indirect, undivided: true })).toEqual(['indirect', 'revoked']);
    const either = leaf({ extensions: [compose.distributionPoints(point(elsewhere), point())] });
    expect(both([], { certificate: either, undivided: true })).toEqual(['good', 'revoked']);
  });

  it('a list for CAs or for others says nothing of a certificate below version 3, which may be either', () => {
    const old = { ...leaf({ extensions: [] }), version: 1 } as const;
    for (const n of [1, 2])
      expect(both([compose.issuingDistributionPoint(flag(n))], { certificate: old, undivided: true })).toEqual([
        'out-of-scope',
        'out-of-scope',
      ]);
  });

  it('the second of two distribution points', () => {
    const two = compose.distributionPoints(compose.fullName(tsukuba), compose.fullName(nakaku));
    expect(both([partition], { certificate: leaf({ extensions: [two] }) })).toEqual(['good', 'revoked']);
  });
});

describe('indirect and delta CRLs', () => {
  const indirect = compose.issuingDistributionPoint(compose.fullName(nakaku), flag(4));
  const certificateIssuer = compose.extension(
    '2.5.29.29',
    encodeElement(0x30, compose.directoryName(compose.composeName('Other CA'))),
    true,
  );
  const foreign = compose.crlEntry(7, NOW - DAY, certificateIssuer);

  it('indirect: never good; its own entries prove "revoked"', () => {
    expect(both([indirect])).toEqual(['indirect', 'revoked']);
    const entries = (...list: readonly Uint8Array[]) => ({ entries: list, extensions: [indirect] });
    expect(judge(list(entries(revokedEntry, foreign)))).toBe('revoked');
  });

  it('an entry behind a certificate issuer is of that issuer, not ours', () => {
    const extensions = [indirect];
    expect(judge(list({ extensions, entries: [foreign, revokedEntry] }))).toBe('indirect');
    const named = compose.crlEntry(SERIAL, NOW - DAY, certificateIssuer);
    expect(judge(list({ extensions, entries: [named] }))).toBe('indirect');
  });

  it('a certificate issuer in a list that is not marked indirect', () => {
    expect(judge(list({ entries: [foreign] }))).toBe('indirect');
  });

  it('delta: never good; an entry proves "revoked", unless it takes one back', () => {
    const delta = compose.extension('2.5.29.27', compose.integer(1), true);
    expect(both([partition, delta])).toEqual(['delta', 'revoked']);
    expect(both([delta], { undivided: true })).toEqual(['delta', 'revoked']);
    const removed = compose.crlEntry(SERIAL, NOW - DAY, compose.reasonCode(8));
    expect(judge(list({ extensions: [partition, delta], entries: [removed] }))).toBe('delta');
  });

  it('removeFromCRL in a complete list is neither good nor revoked', () => {
    const removed = compose.crlEntry(SERIAL, NOW - DAY, compose.reasonCode(8));
    expect(judge(list({ entries: [removed] }))).toBe('delta');
    expect(judge(list({ entries: [removed, revokedEntry] }))).toBe('revoked');
    expect(judge(list({ entries: [revokedEntry, removed] }))).toBe('revoked');
  });
});

describe('a serial that stands twice', () => {
  it('is revoked, as the first entry says', () => {
    const later = compose.crlEntry(SERIAL, NOW - HOUR, compose.reasonCode(4));
    expect(conclude(list({ entries: [revokedEntry, later] }))).toMatchObject({
      says: { revokedAt: NOW - DAY, reason: 'affiliationChanged' },
    });
  });
});

it('an extension that is not critical changes nothing', () => {
  expect(both([partition, compose.extension('1.2.3.4', encodeNull())])).toEqual(['good', 'revoked']);
});

function rdn(commonName: string): Uint8Array {
  const attribute = Buffer.concat([Buffer.from('0603550403', 'hex'), encodeElement(0x0c, Buffer.from(commonName))]);
  return encodeElement(0x31, encodeElement(0x30, attribute));
}
