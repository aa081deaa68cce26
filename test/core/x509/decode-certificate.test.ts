import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement, encodeNull, encodeObjectIdentifier, encodeSequence } from '../../../src/core/der/writer.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import {
  type Extension,
  encodeCertificate,
  encodeExtension,
  extension,
  FALSE,
  type Fields,
  name,
  newKeys,
  utcTime,
} from './certificate-builder.ts';

const keys = newKeys();
const KEY_USAGE = extension.keyUsage(0x80);
const make = (fields: Fields = {}): Uint8Array => encodeCertificate({ extensions: [KEY_USAGE], ...fields }, keys);
const NONE = new Uint8Array(0);
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function codeOf(der: Uint8Array): string {
  try {
    decodeCertificate(der);
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'decoded';
}

describe('a certificate', () => {
  it('is decoded into its fields, which are views of it', () => {
    const der = make({ serial: Uint8Array.of(0x12, 0x34), issuer: name('the issuer'), subject: name('the subject') });
    const certificate = decodeCertificate(der);
    const oracle = new X509Certificate(der);
    expect(certificate.version).toBe(3);
    expect(certificate.serialNumber).toEqual({ octets: Uint8Array.of(0x12, 0x34), hex: '1234', positive: true });
    expect(certificate.issuer.rdns).toEqual([
      [{ type: '2.5.4.3', valueTag: tags.UTF8_STRING, value: 'the issuer', valueDer: expect.anything() }],
    ]);
    expect(oracle.issuer).toBe(`CN=${certificate.issuer.rdns[0]?.[0]?.value}`);
    expect(oracle.subject).toBe(`CN=${certificate.subject.rdns[0]?.[0]?.value}`);
    expect(certificate.notBefore).toBe(Date.UTC(2025, 0, 1));
    expect(certificate.notAfter).toBe(Date.UTC(2035, 0, 1));
    expect(certificate.notAfter).toBe(Date.parse(oracle.validTo));
    expect(certificate.subjectPublicKeyInfo.der).toEqual(keys.spki);
    expect(certificate.subjectPublicKeyInfo.key).toEqual({ type: 'ec', curve: 'P-256' });
    expect(certificate.signatureAlgorithm.algorithm).toBe('1.2.840.10045.4.3.2');
    expect(certificate.signatureAlgorithm.parameters).toBeUndefined();
    for (const view of [
      certificate.tbsCertificate,
      certificate.signature,
      certificate.subject.der,
      certificate.serialNumber.octets,
    ])
      expect(view.buffer).toBe(der.buffer);
  });

  it('is decoded out of a larger buffer without a look beyond', () => {
    const der = make();
    const room = new Uint8Array(der.length + 64).fill(0x30);
    room.set(der, 32);
    const certificate = decodeCertificate(room.subarray(32, 32 + der.length));
    expect(Buffer.from(certificate.der)).toEqual(Buffer.from(der));
    expect(codeOf(room.subarray(32, 31 + der.length))).toBe('truncated');
  });

  it.each([
    ['zero', '00', false],
    ['negative', 'ff', false],
    ['of 20 octets', '7f'.repeat(20), true],
    ['of 160 bits', `00${'ff'.repeat(20)}`, true],
  ])('may have a serial number that is %s', (_what, octets, positive) => {
    expect(decodeCertificate(make({ serial: hex(octets) })).serialNumber).toMatchObject({ hex: octets, positive });
  });

  it('of version 1 or 2 has no extensions', () => {
    const old = decodeCertificate(make({ version: NONE, extensions: undefined }));
    expect(old.version).toBe(1);
    expect(old.extensions.all).toEqual([]);
    const second = make({ version: hex('a003020101'), extensions: undefined, uniqueIds: hex('8102 00ff 8202 00ff') });
    expect(decodeCertificate(second).version).toBe(2);
  });

  it('has the extensions that it has, and undefined for the others', () => {
    const { all, ocspNoCheck, keyUsage, ...others } = decodeCertificate(make()).extensions;
    expect(all).toEqual([{ extnID: '2.5.29.15', critical: true, extnValue: Uint8Array.of(3, 2, 7, 0x80) }]);
    expect([...(keyUsage ?? [])]).toEqual(['digitalSignature']);
    expect(ocspNoCheck).toBe(false);
    expect(Object.values(others).filter((value) => value !== undefined)).toEqual([]);
  });

  it('may have an empty list of extensions, as some libraries write it', () => {
    expect(decodeCertificate(make({ extensions: wrapped() })).extensions.all).toEqual([]);
  });

  it('has a time in either form', () => {
    const generalized = encodeElement(tags.GENERALIZED_TIME, new TextEncoder().encode('20500101000000Z'));
    expect(decodeCertificate(make({ notAfter: generalized })).notAfter).toBe(Date.UTC(2050, 0, 1));
    expect(decodeCertificate(make({ notBefore: utcTime('1950-01-01T00:00:00Z') })).notBefore).toBe(
      Date.UTC(1950, 0, 1),
    );
    expect(decodeCertificate(make({ notAfter: utcTime('2049-12-31T23:59:59Z') })).notAfter).toBe(
      Date.UTC(2049, 11, 31, 23, 59, 59),
    );
  });
});

const otherAlgorithm = encodeSequence(encodeObjectIdentifier('1.2.840.10045.4.3.3'));
const wrapped = (...parts: readonly Uint8Array[]): Uint8Array => encodeElement(0xa3, encodeSequence(...parts));
const explicitFalse = encodeSequence(encodeObjectIdentifier('1.2.3'), FALSE, hex('04020500'));

describe('a certificate is refused', () => {
  it.each<[string, Uint8Array, string]>([
    ['with octets after it', Uint8Array.of(...make(), 0), 'trailing-bytes'],
    ['that is cut off', make().subarray(0, -1), 'truncated'],
    ['that is empty', NONE, 'truncated'],
    ['that is no SEQUENCE', hex('0500'), 'unexpected-tag'],
    ['of more than 64 KiB', new Uint8Array(65_537), 'size-limit'],
    ['of gigabytes by its length', hex('30 84 7fffffff 30'), 'truncated'],
    ['of indefinite length', Uint8Array.of(0x30, 0x80, ...make(), 0, 0), 'indefinite-length'],
    ['of version 4', make({ version: hex('a003020103') }), 'unsupported-version'],
    ['with version v1 written out', make({ version: hex('a003020100'), extensions: undefined }), 'non-minimal-value'],
    ['with a negative version', make({ version: hex('a0030201ff') }), 'invalid-value'],
    ['with extensions in version 1', make({ version: NONE }), 'invalid-value'],
    [
      'with unique identifiers in version 1',
      make({ version: NONE, extensions: undefined, uniqueIds: hex('810200ff') }),
      'invalid-value',
    ],
    ['with an extension twice', make({ extensions: [KEY_USAGE, KEY_USAGE] }), 'duplicate'],
    ['with critical FALSE written out', make({ extensions: wrapped(explicitFalse) }), 'non-minimal-value'],
    ['with 129 extensions', make({ extensions: manyExtensions(129) }), 'count-limit'],
    ['with two algorithms that differ', make({ innerAlgorithm: otherAlgorithm }), 'invalid-value'],
    ['with a serial number in too many octets', make({ serial: hex('0001') }), 'non-minimal-value'],
    ['with a serial number of 22 octets', make({ serial: hex('01'.repeat(22)) }), 'size-limit'],
    ['with no serial number', make({ serial: NONE }), 'invalid-value'],
    ['with an empty issuer', make({ issuer: name() }), 'invalid-value'],
    ['with an empty RDN', make({ subject: encodeSequence(encodeElement(tags.SET, NONE)) }), 'invalid-value'],
    [
      'with an RDN out of order',
      make({ subject: hex('3016 3114 3008 0603550403 0c0162 3008 0603550403 0c0161') }),
      'invalid-value',
    ],
    ['with text that is not UTF-8', make({ subject: hex('300d 310b 3009 0603550403 0c02c0af') }), 'invalid-value'],
    [
      'with text beyond PrintableString',
      make({ subject: name(['2.5.4.3', 'a#', tags.PRINTABLE_STRING]) }),
      'invalid-value',
    ],
    [
      'with a time without seconds',
      make({ notAfter: encodeElement(tags.UTC_TIME, new TextEncoder().encode('3501010000Z')) }),
      'invalid-value',
    ],
    ['with a day that is not', make({ notAfter: utcTime('2035-02-29T00:00:00Z') }), 'invalid-value'],
    ['with a field too many', make({ uniqueIds: hex('a40405000500') }), 'trailing-bytes'],
    [
      'with a point that is not on its curve by length',
      make({ spki: keys.spki.with(1, 0x58).slice(0, -1).with(24, 0x41) }),
      'invalid-value',
    ],
  ])('%s', (_what, der, code) => {
    expect(codeOf(der)).toBe(code);
  });

  it('with 128 extensions it is not', () => {
    expect(codeOf(make({ extensions: manyExtensions(128) }))).toBe('decoded');
  });
});

function manyExtensions(count: number): Extension[] {
  return Array.from({ length: count }, (_, i) => ({ id: `1.2.3.${i}`, value: encodeNull() }));
}

describe('keys', () => {
  const RSA = encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.1'), encodeNull());
  const bits = (content: Uint8Array): Uint8Array => encodeElement(tags.BIT_STRING, Uint8Array.of(0, ...content));
  const rsa = (modulus: string, exponent: string, algorithm = RSA): Uint8Array =>
    encodeSequence(
      algorithm,
      bits(encodeSequence(encodeElement(tags.INTEGER, hex(modulus)), encodeElement(tags.INTEGER, hex(exponent)))),
    );
  const keyOf = (spki: Uint8Array) => decodeCertificate(make({ spki })).subjectPublicKeyInfo.key;

  it('of RSA tell the size of the modulus and the exponent', () => {
    expect(keyOf(rsa(`00${'ff'.repeat(256)}`, '010001'))).toEqual({
      type: 'rsa',
      modulusBits: 2048,
      publicExponent: 65537n,
    });
    expect(keyOf(rsa('7f', '03'))).toEqual({ type: 'rsa', modulusBits: 7, publicExponent: 3n });
  });

  it.each([
    ['a negative modulus', rsa('ff', '03')],
    ['a zero exponent', rsa('7f', '00')],
    ['no NULL', rsa('7f', '03', encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.1')))],
    [
      'something after the exponent',
      encodeSequence(RSA, bits(encodeSequence(hex('02017f'), hex('020103'), hex('0500')))),
    ],
    ['something after the key', encodeSequence(RSA, bits(hex('3006 02017f 020103 0500')))],
  ])('of RSA with %s are refused', (_what, spki) => {
    expect(codeOf(make({ spki }))).not.toBe('decoded');
  });

  it('of other kinds are told as such', () => {
    const p521 = encodeSequence(encodeObjectIdentifier('1.2.840.10045.2.1'), encodeObjectIdentifier('1.3.132.0.35'));
    expect(keyOf(encodeSequence(p521, bits(hex('04ff'))))).toEqual({ type: 'other', algorithm: '1.2.840.10045.2.1' });
    const ed25519 = encodeSequence(encodeObjectIdentifier('1.3.101.112'));
    expect(keyOf(encodeSequence(ed25519, bits(new Uint8Array(32))))).toEqual({
      type: 'other',
      algorithm: '1.3.101.112',
    });
  });
});

describe('hostile octets', () => {
  const whole = make({
    extensions: [
      KEY_USAGE,
      extension.authority(3),
      extension.policies('1.2.3'),
      extension.nameConstraints([], [hex('8201 61')]),
    ],
  });

  it('in a certificate never raise anything but DecodeError', () => {
    const mutation = fc.record({ at: fc.nat(whole.length - 1), octet: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const der = Uint8Array.from(whole);
        for (const { at, octet } of mutations) der[at] = octet;
        expect(codeOf(der)).toEqual(expect.any(String));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it('cut anywhere are refused', () => {
    for (let length = 0; length < whole.length; length++) expect(codeOf(whole.subarray(0, length))).not.toBe('decoded');
  });

  it('in an extension that is known never raise anything but DecodeError', () => {
    const ids = ['9', '14', '15', '16', '17', '18', '19', '30', '31', '32', '33', '35', '36', '37', '46', '54'];
    const id = fc.constantFrom(...ids.map((arc) => `2.5.29.${arc}`), '1.3.6.1.5.5.7.1.1', '1.3.6.1.5.5.7.1.11');
    const value = fc.uint8Array({ maxLength: 24 }).map((octets) => encodeSequence(Uint8Array.from(octets)));
    fc.assert(
      fc.property(id, fc.oneof(value, fc.uint8Array({ maxLength: 24 })), (extnID, octets) => {
        const one = encodeExtension({ id: extnID, value: Uint8Array.from(octets) });
        const der = encodeCertificate({ extensions: wrapped(one), signature: NONE }, keys);
        expect(codeOf(der)).toEqual(expect.any(String));
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});

const roots = process.env.TRUST_ANCHORS_TEST_DIR ?? join(import.meta.dirname, '../../../../shared/data/trust-anchors');
const rootFiles = existsSync(roots) ? readdirSync(roots).filter((file) => file.endsWith('.pem')) : [];
(rootFiles.length > 0 ? describe : describe.skip)(`the real roots (skipped where ${roots} is absent)`, () => {
  it.each(rootFiles)('%s is read as OpenSSL reads it', (file) => {
    const oracle = new X509Certificate(readFileSync(join(roots, file)));
    const certificate = decodeCertificate(new Uint8Array(oracle.raw));
    expect(certificate.serialNumber.hex).toBe(oracle.serialNumber.toLowerCase());
    expect(certificate.notBefore).toBe(Date.parse(oracle.validFrom));
    expect(certificate.notAfter).toBe(Date.parse(oracle.validTo));
    expect(certificate.subjectPublicKeyInfo.key).toEqual({ type: 'rsa', modulusBits: 2048, publicExponent: 65537n });
    const { extensions } = certificate;
    // The order that all generations share: keyUsage, subjectAltName, basicConstraints, cRLDistributionPoints, SKI.
    expect(extensions.all.map(({ extnID, critical }) => [extnID, critical])).toEqual([
      ['2.5.29.15', true],
      ['2.5.29.17', false],
      ['2.5.29.19', true],
      ['2.5.29.31', false],
      ['2.5.29.14', false],
    ]);
    expect([...(extensions.keyUsage ?? [])]).toEqual(['keyCertSign', 'cRLSign']);
    expect(extensions.basicConstraints).toEqual({ cA: true, pathLenConstraint: undefined });
    expect(extensions.subjectKeyIdentifier).toHaveLength(20);
    const [alternative] = extensions.subjectAltName ?? [];
    expect(alternative?.type === 'directoryName' && alternative.value.rdns[1]?.[0]?.value).toBe('公的個人認証サービス');
  });
});
