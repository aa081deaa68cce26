import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concatBytes } from '../../../src/core/bytes.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { encodeElement, encodeNull, encodeSequence } from '../../../src/core/der/writer.ts';
import { newEcKey } from '../signature/keys.ts';
import {
  ascii,
  attribute,
  buildSignedData,
  buildSignerInfo,
  explicit,
  ID_DATA,
  ID_SIGNED_DATA,
  integer,
  newSigner,
  octets,
  oid,
} from './building.ts';

const signer = newSigner(newEcKey('P-256'), 'signer', 7);
const content = ascii('the content');
const certificates = [signer.certificate.der];
const signerInfo = buildSignerInfo({ signer, content });
const good = buildSignedData({ content, certificates, signerInfos: [signerInfo] });

/** The code of the DecodeError; any other outcome fails the test. */
function refusal(der: Uint8Array): string {
  try {
    decodeCms(der);
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'decoded';
}

describe('decodeCms', () => {
  it('gives every part', () => {
    const crl = encodeSequence(integer(1));
    const parts = { content, certificates, crls: [crl], signerInfos: [signerInfo, signerInfo], version: 3 };
    const signedData = decodeCms(buildSignedData(parts));
    expect(signedData.version).toBe(3);
    expect(signedData.digestAlgorithms.map(({ algorithm }) => algorithm)).toEqual(['2.16.840.1.101.3.4.2.1']);
    expect(signedData.eContentType).toBe(ID_DATA);
    expect(signedData.eContent).toEqual(content);
    expect(signedData.certificates.map(({ der }) => der)).toEqual(certificates);
    expect(signedData.unreadableCertificates).toBe(0);
    expect(signedData.crls).toEqual([crl]);
    expect(signedData.signerInfos.length).toBe(2);
    const [first] = signedData.signerInfos;
    expect(first?.sid.type).toBe('issuerAndSerialNumber');
    expect(first?.signedAttrs?.length).toBe(3);
    expect(first?.unsignedAttrs).toEqual([]);
  });

  it('detached, without certificates, without signers', () => {
    const signedData = decodeCms(buildSignedData({ signerInfos: [] }));
    expect(signedData.eContent).toBeUndefined();
    expect(signedData.certificates).toEqual([]);
    expect(signedData.signerInfos).toEqual([]);
  });

  it('keeps the certificates that can be read when others cannot', () => {
    const strangers = [encodeSequence(integer(1)), explicit(1, integer(1)), encodeElement(0xa3, oid('1.2.3'))];
    const all = [...strangers, signer.certificate.der];
    const signedData = decodeCms(buildSignedData({ content, certificates: all, signerInfos: [signerInfo] }));
    expect(signedData.certificates.map(({ der }) => der)).toEqual(certificates);
    expect(signedData.unreadableCertificates).toBe(3);
  });

  it('leaves revocation information of other formats out', () => {
    const other = explicit(1, oid('1.3.6.1.5.5.7.16.2'), encodeNull());
    expect(decodeCms(buildSignedData({ content, crls: [other], signerInfos: [] })).crls).toEqual([]);
  });

  it.each([
    ['nothing', new Uint8Array(), 'truncated'],
    ['text', ascii('-----BEGIN CMS-----'), 'unexpected-tag'],
    ['a certificate', signer.certificate.der, 'unexpected-tag'],
    ['trailing octets', Uint8Array.of(...good, 0), 'trailing-bytes'],
    ['cut off', good.subarray(0, good.length - 1), 'truncated'],
    ['another content type', buildSignedData({ signerInfos: [], contentType: ID_DATA }), 'invalid-value'],
    [
      'indefinite length outside',
      concatBytes(Uint8Array.of(0x30, 0x80), good.subarray(4), Uint8Array.of(0, 0)),
      'indefinite-length',
    ],
    ['version 0', buildSignedData({ signerInfos: [], version: 0 }), 'unsupported-version'],
    ['version 2', buildSignedData({ signerInfos: [], version: 2 }), 'unsupported-version'],
    ['version 4', buildSignedData({ signerInfos: [], version: 4 }), 'unsupported-version'],
    ['version 5', buildSignedData({ signerInfos: [], version: 5 }), 'unsupported-version'],
    ['too many SignerInfos', buildSignedData({ signerInfos: Array(17).fill(signerInfo) }), 'count-limit'],
    [
      'too many certificates',
      buildSignedData({ signerInfos: [], certificates: Array(65).fill(integer(1)) }),
      'count-limit',
    ],
    ['too many CRLs', buildSignedData({ signerInfos: [], crls: Array(65).fill(integer(1)) }), 'count-limit'],
    [
      'too many attributes',
      buildSignedData({
        signerInfos: [buildSignerInfo({ signer, content, unsignedAttrs: Array(129).fill(attribute('1.2.3')) })],
      }),
      'count-limit',
    ],
    ['a SignerInfo that is an INTEGER', buildSignedData({ signerInfos: [integer(1)] }), 'unexpected-tag'],
    [
      'a sid of another tag',
      buildSignedData({ signerInfos: [buildSignerInfo({ signer, content, sid: integer(1) })] }),
      'unexpected-tag',
    ],
    [
      'an attribute that is an INTEGER',
      buildSignedData({ signerInfos: [buildSignerInfo({ signer, content, attributes: [integer(1)] })] }),
      'unexpected-tag',
    ],
    [
      'an attribute without a SET',
      buildSignedData({
        signerInfos: [buildSignerInfo({ signer, content, attributes: [encodeSequence(oid('1.2.3'))] })],
      }),
      'truncated',
    ],
  ])('refuses %s', (_, der, code) => expect(refusal(der)).toBe(code));

  const signedDataOf = (...fields: Uint8Array[]): Uint8Array =>
    encodeSequence(oid(ID_SIGNED_DATA), explicit(0, encodeSequence(...fields)));
  const EMPTY_SET = Uint8Array.of(0x31, 0);
  it.each([
    [
      'eContent in pieces, as BER allows',
      encodeSequence(oid(ID_DATA), explicit(0, encodeElement(0x24, octets(content)))),
    ],
    ['eContent that is no OCTET STRING (PKCS #7)', encodeSequence(oid(ID_DATA), explicit(0, encodeSequence()))],
  ])('refuses %s', (_, encapsulated) => {
    expect(refusal(signedDataOf(integer(1), EMPTY_SET, encapsulated, EMPTY_SET))).toBe('unexpected-tag');
  });
  it('refuses two contents', () => {
    const encapsulated = encodeSequence(oid(ID_DATA), explicit(0, octets(content), octets(content)));
    expect(refusal(signedDataOf(integer(1), EMPTY_SET, encapsulated, EMPTY_SET))).toBe('trailing-bytes');
  });
  it('refuses SignedData without signerInfos', () => {
    expect(refusal(signedDataOf(integer(1), EMPTY_SET, encodeSequence(oid(ID_DATA))))).toBe('truncated');
  });

  it('is done with 100-deep nesting and gigabyte lengths at once', () => {
    let deep = encodeNull();
    for (let i = 0; i < 100; i++) deep = encodeSequence(deep);
    expect(refusal(deep)).toBe('unexpected-tag');
    expect(refusal(Uint8Array.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 6))).toBe('truncated');
    expect(refusal(new Uint8Array(16 * 1024 * 1024 + 1))).toBe('size-limit');
  });

  it('throws nothing but DecodeError, whatever octet is changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, octet) => {
        const der = Uint8Array.from(good);
        der[at] = octet;
        expect(typeof refusal(der)).toBe('string');
      }),
      { numRuns: 1000 },
    );
  });
});
