import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import * as tags from '../../../src/core/der/tags.ts';
import {
  encodeElement,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '../../../src/core/der/writer.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import type { AuthenticCrl } from '../../../src/core/revocation/crl.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import type { Refusal } from '../../../src/core/revocation/status.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import type { IssuerKey } from '../../../src/core/x509/path/path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { DAY, NOW } from './compose.ts';

const ca = compose.createParty('Sandbox CA');
const keyOf = (party: compose.Party, ...extensions: readonly Uint8Array[]): IssuerKey =>
  issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: party, issuer: party, extensions })));
const issuer = keyOf(ca);

type CrlOptions = Partial<Parameters<typeof compose.composeCrl>[0]>;
const list = (options: CrlOptions = {}): Uint8Array =>
  compose.composeCrl({ issuer: ca, nextUpdate: NOW + DAY, ...options });

function authenticate(der: Uint8Array, key: IssuerKey = issuer): AuthenticCrl | Refusal {
  return authenticateCrl(decodeCrl(der), key, nodeCrypto);
}

/** `authentic`, or the code of the refusal or of the DecodeError. */
function judge(der: Uint8Array, key: IssuerKey = issuer): string {
  try {
    const outcome = authenticate(der, key);
    return isRefusal(outcome) ? outcome.refused : 'authentic';
  } catch (error) {
    if (error instanceof DecodeError) return `decode:${error.code}`;
    throw error;
  }
}

const serial = (value: number | bigint) => {
  const octets = compose.integer(value).subarray(2);
  return { octets, hex: Buffer.from(octets).toString('hex'), positive: true };
};

describe('issuer and signature', () => {
  it('signed by the key', () => {
    expect(judge(list())).toBe('authentic');
    expect(judge(list({ version: new Uint8Array() }))).toBe('authentic');
  });

  it('by RSA', () => {
    const rsa = compose.createParty('RSA CA', 'rsa');
    expect(judge(list({ issuer: rsa }), keyOf(rsa))).toBe('authentic');
  });

  it('another name, another key, another key identifier', () => {
    const renamed = { ...ca, name: compose.composeName('Other CA') };
    expect(judge(list({ issuer: renamed }))).toBe('wrong-issuer');
    expect(judge(list({ issuer: compose.createParty('Sandbox CA') }))).toBe('wrong-signature');
    const id = (octet: number): Uint8Array => new Uint8Array(20).fill(octet);
    const identified = keyOf(ca, compose.subjectKeyIdentifier(id(1)));
    const withId = (octet: number) => list({ extensions: [compose.authorityKeyIdentifier(id(octet))] });
    expect(judge(withId(1), identified)).toBe('authentic');
    expect(judge(withId(2), identified)).toBe('wrong-issuer');
    expect(judge(list(), identified)).toBe('authentic');
    expect(judge(withId(2), issuer)).toBe('authentic');
  });

  it('keyUsage of the CA: cRLSign when there is one', () => {
    expect(judge(list(), keyOf(ca, compose.keyUsage(5, 6)))).toBe('authentic');
    expect(judge(list(), keyOf(ca, compose.keyUsage(5)))).toBe('wrong-issuer');
  });

  it('SHA-1', () => {
    const weak = { ...ca, ...pick(compose.createParty('x', 'ec-sha1')) };
    expect(judge(list({ issuer: weak }))).toBe('algorithm');
    const legacy = authenticateCrl(decodeCrl(list({ issuer: weak })), issuer, nodeCrypto, { legacyAlgorithms: true });
    expect(isRefusal(legacy)).toBe(false);
  });

  it('one bit turned anywhere', () => {
    const der = list({ entries: [compose.crlEntry(5, NOW - DAY, compose.reasonCode(1))] });
    for (let bit = 0; bit < der.length * 8; bit++) {
      const altered = Uint8Array.from(der);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(judge(altered)).not.toBe('authentic');
    }
  });
});

describe('extensions of the list', () => {
  const unknown = (critical: boolean) => compose.extension('1.2.3.4', encodeNull(), critical);

  it('critical and not processed: the whole list is unusable', () => {
    expect(judge(list({ extensions: [unknown(true)] }))).toBe('unknown-critical-extension');
    expect(judge(list({ extensions: [unknown(false)] }))).toBe('authentic');
    const freshest = (critical: boolean) => compose.extension('2.5.29.46', encodeSequence(), critical);
    expect(judge(list({ extensions: [freshest(true)] }))).toBe('unknown-critical-extension');
    expect(judge(list({ extensions: [freshest(false)] }))).toBe('authentic');
  });

  it('critical and processed', () => {
    const number = compose.extension('2.5.29.20', compose.integer(7), true);
    const idp = compose.issuingDistributionPoint(Uint8Array.of(0x81, 1, 0xff));
    expect(judge(list({ extensions: [number, idp] }))).toBe('authentic');
  });

  it.each<[string, readonly Uint8Array[], string]>([
    ['twice the same', [compose.crlNumber(1), compose.crlNumber(2)], 'decode:duplicate'],
    ['none at all', [], 'decode:invalid-value'],
    ['an empty issuingDistributionPoint', [compose.issuingDistributionPoint()], 'decode:invalid-value'],
    [
      'a flag FALSE, the default',
      [compose.issuingDistributionPoint(Uint8Array.of(0x81, 1, 0))],
      'decode:non-minimal-value',
    ],
    [
      'two flags at once',
      [compose.issuingDistributionPoint(Uint8Array.of(0x81, 1, 0xff, 0x82, 1, 0xff))],
      'decode:invalid-value',
    ],
    [
      'flags out of order',
      [compose.issuingDistributionPoint(Uint8Array.of(0x84, 1, 0xff, 0x81, 1, 0xff))],
      'decode:trailing-bytes',
    ],
    ['a negative cRLNumber', [compose.extension('2.5.29.20', Uint8Array.of(2, 1, 0x80))], 'decode:invalid-value'],
    ['a base number that is none', [compose.extension('2.5.29.27', encodeNull(), true)], 'decode:unexpected-tag'],
  ])('%s', (_, extensions, code) => {
    const wrapped = extensions.length > 0 ? list({ extensions }) : withRaw(encodeElement(0xa0, encodeSequence()));
    expect(judge(wrapped)).toBe(code);
  });
});

describe('entries', () => {
  const entry = (...fields: readonly Uint8Array[]): Uint8Array =>
    list({ entries: [compose.crlEntry(1), encodeSequence(...fields)] });
  const time = compose.utcTime(NOW);
  const one = compose.integer(2);
  const withExtension = (...extensions: readonly Uint8Array[]) => entry(one, time, encodeSequence(...extensions));

  it('reads serial, date and reason, whatever the type of the time', () => {
    const der = list({
      entries: [
        compose.crlEntry(5, NOW - DAY, compose.reasonCode(6)),
        encodeSequence(compose.integer(2n ** 100n), compose.generalizedTime(NOW - 2 * DAY)),
      ],
    });
    const crl = authenticate(der);
    if (isRefusal(crl)) throw new Error(crl.detail);
    expect(crl.entryCount).toBe(2);
    expect(crl.findEntry(serial(5))).toEqual({ revokedAt: NOW - DAY, reason: 'certificateHold' });
    expect(crl.findEntry(serial(2n ** 100n))).toEqual({ revokedAt: NOW - 2 * DAY, reason: null });
    expect(crl.findEntry(serial(6))).toBeUndefined();
    expect(crl.findEntry({ octets: new Uint8Array(), hex: '', positive: false })).toBeUndefined();
  });

  it.each([
    ['absent', list()],
    ['empty', withRaw(encodeSequence())],
  ])('%s, nothing is revoked (RFC 5280 §5.1.2.6)', (_, der) => {
    const crl = authenticate(der);
    if (isRefusal(crl)) throw new Error(crl.detail);
    expect(crl.entryCount).toBe(0);
    expect(crl.findEntry(serial(5))).toBeUndefined();
  });

  it('a critical extension that is not processed makes the whole list unusable', () => {
    expect(judge(withExtension(compose.extension('1.2.3.4', encodeNull(), true)))).toBe('unknown-critical-extension');
    expect(judge(withExtension(compose.extension('1.2.3.4', encodeNull())))).toBe('authentic');
    const hold = compose.extension('2.5.29.23', encodeObjectIdentifier('1.2.840.10040.2.1'), true);
    expect(judge(withExtension(hold))).toBe('unknown-critical-extension');
  });

  it('a long entry', () => {
    const long = compose.extension('1.2.3.4', encodeOctetString(new Uint8Array(70_000)));
    const crl = authenticate(
      list({ entries: [compose.crlEntry(1), compose.crlEntry(5, NOW, long), compose.crlEntry(6)] }),
    );
    if (isRefusal(crl)) throw new Error(crl.detail);
    expect(crl.findEntry(serial(5))).toEqual({ revokedAt: NOW, reason: null });
    expect(crl.findEntry(serial(6))).toBeDefined();
  });

  it('29 February, and a leap second', () => {
    const on = (text: string) => judge(entry(one, encodeElement(tags.UTC_TIME, Buffer.from(text))));
    expect(on('240229235959Z')).toBe('authentic');
    expect(on('230229235959Z')).toBe('malformed');
    expect(on('240131235959Z')).toBe('authentic');
    expect(on('240431000000Z')).toBe('malformed');
    expect(on('240101235960Z')).toBe('malformed');
  });

  it.each<[string, Uint8Array]>([
    ['nothing inside', entry()],
    ['no date', entry(one)],
    ['an empty serial', entry(encodeElement(tags.INTEGER, new Uint8Array()), time)],
    ['a serial in too many octets', entry(encodeElement(tags.INTEGER, Uint8Array.of(0, 1)), time)],
    ['a serial of 22 octets', entry(encodeElement(tags.INTEGER, new Uint8Array(22).fill(1)), time)],
    ['a serial of another type', entry(encodeOctetString(Uint8Array.of(1)), time)],
    ['a date without Z', entry(one, encodeElement(tags.UTC_TIME, Buffer.from('240101000000+')))],
    ['a date with a letter', entry(one, encodeElement(tags.UTC_TIME, Buffer.from('2401010000o0Z')))],
    ['a date of another type', entry(one, encodeOctetString(Buffer.from('240101000000Z')))],
    ['something behind', entry(one, time, encodeSequence(compose.reasonCode(1)), encodeNull())],
    ['extensions that are empty', entry(one, time, encodeSequence())],
    ['an extension twice', withExtension(compose.reasonCode(1), compose.reasonCode(1))],
    [
      'an unknown extension twice',
      withExtension(compose.extension('1.2.3.4', encodeNull()), compose.extension('1.2.3.4', encodeNull())),
    ],
    ['reason 7', withExtension(compose.reasonCode(7))],
    ['a reason of two octets', withExtension(compose.extension('2.5.29.21', Uint8Array.of(10, 2, 0, 1)))],
    ['octets after the reason', withExtension(compose.extension('2.5.29.21', Uint8Array.of(10, 1, 1, 0)))],
    ['a reason of another type', withExtension(compose.extension('2.5.29.21', Uint8Array.of(2, 1, 1)))],
    ['an invalidityDate in UTCTime', withExtension(compose.extension('2.5.29.24', time))],
    ['a certificateIssuer without a name', withExtension(compose.extension('2.5.29.29', encodeSequence(), true))],
    [
      'critical FALSE',
      withExtension(
        encodeSequence(
          encodeObjectIdentifier('2.5.29.21'),
          Uint8Array.of(1, 1, 0),
          encodeOctetString(Uint8Array.of(10, 1, 1)),
        ),
      ),
    ],
    [
      'critical of two octets',
      withExtension(
        encodeSequence(
          encodeObjectIdentifier('2.5.29.21'),
          Uint8Array.of(1, 2, 0xff, 0xff),
          encodeOctetString(Uint8Array.of(10, 1, 1)),
        ),
      ),
    ],
    ['an extension without a value', withExtension(encodeSequence(encodeObjectIdentifier('1.2.3.4')))],
    [
      'an extension with something behind',
      withExtension(encodeSequence(encodeObjectIdentifier('1.2.3.4'), encodeOctetString(encodeNull()), encodeNull())),
    ],
    [
      '17 extensions',
      withExtension(...Array.from({ length: 17 }, (_, i) => compose.extension(`1.2.3.${i}`, encodeNull()))),
    ],
    [
      'an extnID cut off',
      withExtension(encodeSequence(Uint8Array.of(6, 2, 0x55, 0x9d), encodeOctetString(encodeNull()))),
    ],
  ])('malformed: %s', (_, der) => {
    expect(judge(der)).toBe('malformed');
  });

  it('entry extensions in v1', () => {
    const entries = [compose.crlEntry(5, NOW, compose.reasonCode(1))];
    expect(judge(list({ version: new Uint8Array(), entries }))).toBe('malformed');
    expect(judge(list({ version: new Uint8Array(), entries: [compose.crlEntry(5)] }))).toBe('authentic');
  });
});

describe('decodeCrl', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'decode:truncated'],
    ['octets after the end', Buffer.concat([list(), Buffer.of(0)]), 'decode:trailing-bytes'],
    ['v3', list({ version: compose.integer(2) }), 'decode:unsupported-version'],
    [
      'extensions in v1',
      list({ version: new Uint8Array(), extensions: [compose.crlNumber(1)] }),
      'decode:unsupported-version',
    ],
    [
      'something behind the extensions',
      withRaw(Buffer.concat([encodeSequence(compose.crlEntry(5)), encodeNull()])),
      'decode:trailing-bytes',
    ],
    ['two signature algorithms', twoAlgorithms(), 'decode:invalid-value'],
  ])('refuses %s', (_, der, code) => {
    expect(judge(der)).toBe(code);
  });

  it('throws nothing but DecodeError, whatever the octets', () => {
    const der = list({
      entries: [compose.crlEntry(5, NOW, compose.reasonCode(1))],
      extensions: [compose.crlNumber(9)],
    });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, octet, length) => {
        const altered = Uint8Array.from(der.subarray(0, length));
        if (at < length) altered[at] = octet;
        judge(altered);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the index', () => {
  it('finds each of many serials and none beside them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt(0n, 2n ** 40n), { minLength: 1, maxLength: 60 }), (serials) => {
        const [absent, ...present] = serials;
        const crl = authenticate(list({ entries: present.map((value) => compose.crlEntry(value)) }));
        if (isRefusal(crl)) throw new Error(crl.detail);
        expect(crl.entryCount).toBe(present.length);
        for (const value of present) expect(crl.findEntry(serial(value))).toBeDefined();
        expect(crl.findEntry(serial(absent as bigint))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('holds 200 000 counted serials', () => {
    const first = 0x01000000;
    const count = 200_000;
    const template = compose.crlEntry(first, NOW - DAY, compose.reasonCode(3));
    const entries = Buffer.alloc(template.length * count);
    for (let i = 0; i < count; i++) {
      entries.set(template, i * template.length);
      entries.writeUInt32BE(first + i * 2, i * template.length + 4);
    }
    const crl = authenticate(list({ entries: [entries] }));
    if (isRefusal(crl)) throw new Error(crl.detail);
    expect(crl.entryCount).toBe(count);
    for (let i = 0; i < count; i += 997) {
      expect(crl.findEntry(serial(first + i * 2))).toBeDefined();
      expect(crl.findEntry(serial(first + i * 2 + 1))).toBeUndefined();
    }
  });
});

function pick({ algorithm, hash }: compose.Party): Pick<compose.Party, 'algorithm' | 'hash'> {
  return { algorithm, hash };
}

/** A v2 list with `raw` where revokedCertificates and crlExtensions stand. */
function withRaw(raw: Uint8Array): Uint8Array {
  const tbs = encodeSequence(compose.integer(1), ca.algorithm, ca.name, compose.utcTime(NOW), raw);
  return compose.signed(tbs, ca);
}

function twoAlgorithms(): Uint8Array {
  const other = compose.createParty('x', 'rsa').algorithm;
  return compose.signed(encodeSequence(compose.integer(1), other, ca.name, compose.utcTime(NOW)), ca);
}
