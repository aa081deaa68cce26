import { describe, expect, it } from '@jest/globals';
import { verifyReferencedPath } from '../../../src/core/cms/signing-certificate-checks.ts';
import { encodeElement, encodeNull, encodeSequence } from '../../../src/core/der/writer.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { newEcKey, newRsaKey } from '../signature/keys.ts';
import {
  algorithm,
  ascii,
  attribute,
  buildSignedData,
  buildSignerInfo,
  digest,
  explicit,
  integer,
  newSigner,
  octets,
  oid,
  standardAttributes,
} from './building.ts';
import { departures, judge, outcomeOf } from './outcomes.ts';

const V1 = '1.2.840.113549.1.9.16.2.12';
const V2 = '1.2.840.113549.1.9.16.2.47';
const signer = newSigner(newRsaKey(), 'signer', 7);
const other = newSigner(newEcKey('P-256'), 'other', 8);
const third = newSigner(newEcKey('P-256'), 'third', 9);
const content = ascii('the content');

const certHash = (certificate: Certificate, hash: 'SHA-1' | 'SHA-256' | 'SHA-512' = 'SHA-256') =>
  octets(digest(hash, certificate.der));
const directoryName = (name: Uint8Array): Uint8Array => explicit(4, name);
const issuerSerial = (names: readonly Uint8Array[], serial: Uint8Array): Uint8Array =>
  encodeSequence(encodeSequence(...names), serial);
const references = (...ids: Uint8Array[]): Uint8Array => encodeSequence(encodeSequence(...ids));
const id = (...parts: Uint8Array[]): Uint8Array => encodeSequence(...parts);
const crowded = id(new Uint8Array([4, 0]), issuerSerial(Array(1000).fill(directoryName(signer.name)), signer.serial));
const right = references(id(certHash(signer.certificate)));

function checksWith(...attributes: Uint8Array[]) {
  const signerInfo = buildSignerInfo({ signer, content, attributes: [...standardAttributes(content), ...attributes] });
  const [judged] = judge(
    buildSignedData({ content, certificates: [signer.certificate.der], signerInfos: [signerInfo] }),
  );
  if (judged === undefined) throw new Error('no SignerInfo');
  return judged;
}

describe('signingCertificateV2', () => {
  it('is not asked for', () => {
    const { checks, sound } = checksWith();
    expect(outcomeOf(checks, 'cms.signing-certificate')).toBe('not-applicable');
    expect(outcomeOf(checks, 'cms.signing-certificate-v1')).toBe('not-applicable');
    expect(sound).toBe(true);
  });

  it.each([
    ['with the default hash', right],
    ['with SHA-256 written out', references(id(algorithm(HASH_OID['SHA-256']), certHash(signer.certificate)))],
    ['with SHA-512', references(id(algorithm(HASH_OID['SHA-512']), certHash(signer.certificate, 'SHA-512')))],
    [
      'with issuer and serial',
      references(id(certHash(signer.certificate), issuerSerial([directoryName(signer.name)], signer.serial))),
    ],
    [
      'with policies',
      encodeSequence(encodeSequence(id(certHash(signer.certificate))), encodeSequence(id(oid('1.2.3')))),
    ],
    ['followed by other references', references(id(certHash(signer.certificate)), id(certHash(other.certificate)))],
  ])('passes %s', (_, value) => {
    const { checks, sound } = checksWith(attribute(V2, value));
    expect(departures(checks)).toEqual([]);
    expect(outcomeOf(checks, 'cms.signing-certificate')).toBe('passed');
    expect(sound).toBe(true);
  });

  const hash = certHash(signer.certificate);
  it.each([
    ['another certificate', references(id(certHash(other.certificate)))],
    ['the signer second', references(id(certHash(other.certificate)), id(hash))],
    ['the hash of another algorithm', references(id(certHash(signer.certificate, 'SHA-512')))],
    ['an unknown hash algorithm', references(id(algorithm('1.2.3'), hash))],
    ['an empty hash', references(id(octets(new Uint8Array())))],
    ['another issuer', references(id(hash, issuerSerial([directoryName(other.name)], signer.serial)))],
    ['another serial', references(id(hash, issuerSerial([directoryName(signer.name)], integer(99))))],
    [
      'an issuer that is no directoryName',
      references(id(hash, issuerSerial([encodeElement(0x82, ascii('a'))], signer.serial))),
    ],
    [
      'two issuers',
      references(id(hash, issuerSerial([directoryName(signer.name), directoryName(signer.name)], signer.serial))),
    ],
  ])('does not mean the signer: %s', (_, value) => {
    expect(departures(checksWith(attribute(V2, value)).checks)).toEqual([
      'cms.signing-certificate NO_SIGNING_CERTIFICATE_FOUND',
    ]);
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['no reference', [attribute(V2, references())]],
    ['no SEQUENCE', [attribute(V2, encodeNull())]],
    ['a reference that is no SEQUENCE', [attribute(V2, references(hash))]],
    ['a reference without a hash', [attribute(V2, references(id()))]],
    [
      'more behind the policies',
      [attribute(V2, encodeSequence(encodeSequence(id(hash)), encodeSequence(), integer(1)))],
    ],
    ['no name in issuerSerial', [attribute(V2, references(id(hash, issuerSerial([], signer.serial))))]],
    ['more than 32 KiB of names', [attribute(V2, references(id(hash), crowded, crowded))]],
    ['no value', [attribute(V2)]],
    ['two values', [attribute(V2, right, right)]],
    ['the attribute twice', [attribute(V2, right), attribute(V2, right)]],
  ])('malformed: %s', (_, attributes) => {
    expect(departures(checksWith(...attributes).checks)).toEqual(['cms.signing-certificate FORMAT_FAILURE']);
  });
});

describe('signingCertificate, version 1', () => {
  const first = (certificate: Certificate): Uint8Array => attribute(V1, references(id(certHash(certificate, 'SHA-1'))));

  it('is held against the SHA-1 of the certificate', () => {
    const { checks, sound } = checksWith(first(signer.certificate));
    expect(outcomeOf(checks, 'cms.signing-certificate-v1')).toBe('passed');
    expect(sound).toBe(true);
  });
  it('names another certificate', () => {
    expect(departures(checksWith(first(other.certificate)).checks)).toEqual([
      'cms.signing-certificate-v1 NO_SIGNING_CERTIFICATE_FOUND',
    ]);
  });
  it('has no field for the hash algorithm', () => {
    const value = references(id(algorithm(HASH_OID['SHA-256']), certHash(signer.certificate)));
    expect(departures(checksWith(attribute(V1, value)).checks)).toEqual(['cms.signing-certificate-v1 FORMAT_FAILURE']);
  });
  it('both versions present: both must mean the signer', () => {
    const { checks, sound } = checksWith(first(other.certificate), attribute(V2, right));
    expect(outcomeOf(checks, 'cms.signing-certificate')).toBe('passed');
    expect(outcomeOf(checks, 'cms.signing-certificate-v1')).toBe('failed');
    expect(sound).toBe(false);
  });
});

describe('verifyReferencedPath', () => {
  const outcome = (path: readonly Certificate[], ...ids: Uint8Array[]): string => {
    const { signerInfo } = checksWith(attribute(V2, references(...ids)));
    const { outcome: result, subIndication } = verifyReferencedPath(signerInfo, path, nodeCrypto);
    return subIndication ?? result;
  };
  const own = id(certHash(signer.certificate));
  const path = [other.certificate, signer.certificate];

  it('one reference limits nothing', () => expect(outcome(path, own)).toBe('not-applicable'));
  it('every certificate of the path is referred to', () =>
    expect(outcome(path, own, id(certHash(other.certificate)))).toBe('passed'));
  it('more may be referred to', () =>
    expect(outcome(path, own, id(certHash(third.certificate)), id(certHash(other.certificate)))).toBe('passed'));
  it('a certificate of the path is not referred to', () =>
    expect(outcome(path, own, id(certHash(third.certificate)))).toBe('CHAIN_CONSTRAINTS_FAILURE'));
});
