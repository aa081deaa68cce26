import { describe, expect, it } from '@jest/globals';
import { concatBytes } from '../../../src/core/bytes.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { verifySignerInfo } from '../../../src/core/cms/verify-signer-info.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { encodeUtf8 } from '../../../src/core/der/strings.ts';
import { encodeElement, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { createCountingCrypto } from '../counting.ts';
import { newRsaKey } from '../signature/keys.ts';
import {
  ascii,
  attribute,
  buildSignedData,
  buildSignerInfo,
  integer,
  newSigner,
  octets,
  oid,
  standardAttributes,
} from './building.ts';

/** Containers of the allowed size that are built to cost time. Each took from 200 ms to hours before there was a bound. */

const content = ascii('content');
const signer = newSigner(newRsaKey(), 'signer', 5);
const own = signer.certificate.der;

const nameOf = (text: string): Uint8Array =>
  encodeSequence(encodeSetOf([encodeSequence(oid('2.5.4.3'), encodeElement(0x0c, encodeUtf8(text)))]));
const container = (parts: {
  sid?: Uint8Array;
  attributes?: readonly Uint8Array[];
  certificates?: readonly Uint8Array[];
}): Uint8Array => {
  const { certificates = [own], ...more } = parts;
  return buildSignedData({ content, certificates, signerInfos: [buildSignerInfo({ signer, content, ...more })] });
};

/** Decodes, finds the signer and verifies; the code of the refusal where decoding refuses. */
function judge(der: Uint8Array, crypto = createCountingCrypto()): string {
  try {
    const signedData = decodeCms(der);
    const [signerInfo] = signedData.signerInfos;
    if (signerInfo === undefined) return 'no-signer';
    const certificate = findSignerCertificate(signedData, signerInfo) ?? signer.certificate;
    const input = { signedData, signerInfo, certificate, detachedContent: undefined, crypto };
    return verifySignerInfo(input).some(({ outcome }) => outcome === 'failed') ? 'failed' : 'passed';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

const crowded = (count: number, size: number): Uint8Array[] =>
  Array.from({ length: count }, () => encodeSequence(octets(new Uint8Array(size))));

describe('a container that is built to be slow', () => {
  it('is none when it is honest, and passes', () => expect(judge(container({}))).toBe('passed'));

  it.each([
    [
      'a sid of combining marks, to be put in order',
      () => container({ sid: encodeSequence(nameOf(`a${'\u0301'.repeat(2e6)}${'\u0323'.repeat(1e6)}`), integer(5)) }),
    ],
    ['a sid of 12 MiB of text', () => container({ sid: encodeSequence(nameOf('é'.repeat(6e6)), integer(5)) })],
    [
      'a sid of a million attributes',
      () => {
        const value = encodeSequence(oid('2.5.4.3'), encodeElement(0x0c, new Uint8Array(0)));
        const rdn = encodeElement(0x31, concatBytes(...Array(1000).fill(value)));
        return container({ sid: encodeSequence(encodeSequence(...Array(1000).fill(rdn)), integer(5)) });
      },
    ],
    [
      'attribute values of 12 MiB that differ at their ends',
      () => {
        const value = (n: number): Uint8Array => octets(Uint8Array.of(...Array(3).fill(0), n));
        const long = (n: number): Uint8Array => octets(concatBytes(new Uint8Array(390_000), value(n)));
        const values = Array.from({ length: 32 }, (_, n) => long(31 - n));
        return container({ attributes: [...standardAttributes(content), attribute('1.2.3', ...values)] });
      },
    ],
    ['certificates of 4 MiB', () => container({ certificates: [own, ...crowded(63, 65_000)] })],
  ])('%s is refused by its size, before anything of it is digested', (_what, build) => {
    const crypto = createCountingCrypto();
    expect(judge(build(), crypto)).toBe('size-limit');
    expect(crypto.counts).toEqual({ verifications: 0, digests: 0 });
  });

  it('attributes with many values are refused', () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => integer(n));
    const many = (count: number) =>
      container({ attributes: [...standardAttributes(content), attribute('1.2.3', ...values(count))] });
    expect(judge(many(32))).toBe('passed');
    expect(judge(many(33))).toBe('count-limit');
  });

  it('certificates and signedAttrs are read up to 256 KiB', () => {
    const certificates = (size: number) => [own, ...crowded(4, 60_000), ...crowded(1, size)];
    const attributes = (size: number) => [
      ...standardAttributes(content),
      attribute('1.2.3', octets(new Uint8Array(size))),
    ];
    expect(judge(container({ certificates: certificates(20_000) }))).toBe('passed');
    expect(judge(container({ certificates: certificates(23_000) }))).toBe('size-limit');
    expect(judge(container({ attributes: attributes(261_900) }))).toBe('passed');
    expect(judge(container({ attributes: attributes(262_144) }))).toBe('size-limit');
  });

  it('the densest certificates that are read cost no more signatures and digests than none', () => {
    // 250 KiB of empty dNSNames in four certificates.
    const names = encodeSequence(...Array(1000).fill(encodeElement(0x82, new Uint8Array(0))));
    const point = (): Uint8Array => encodeSequence(encodeElement(0xa0, encodeElement(0xa0, names.subarray(4))));
    const points = encodeSequence(...Array.from({ length: 30 }, point));
    const extension = encodeSequence(oid('2.5.29.31'), octets(points));
    const dense = rebuild(extension);
    const crypto = createCountingCrypto();
    expect(judge(container({ certificates: [own, dense, dense, dense, dense] }), crypto)).toBe('passed');
    const honest = createCountingCrypto();
    expect(judge(container({}), honest)).toBe('passed');
    expect(crypto.counts).toEqual(honest.counts);
  });
});

/** The signer's certificate with another extension in the place of its own; that the signature is wrong is nothing to it. */
function rebuild(extension: Uint8Array): Uint8Array {
  const { certificate } = signer;
  const algorithm = certificate.signatureAlgorithm.der;
  const validity = encodeSequence(
    encodeElement(0x17, ascii('250101000000Z')),
    encodeElement(0x17, ascii('350101000000Z')),
  );
  const extensions = encodeElement(0xa3, encodeSequence(extension));
  const version = Uint8Array.of(0xa0, 3, 2, 1, 2);
  const { der: spki } = certificate.subjectPublicKeyInfo;
  const tbs = encodeSequence(version, integer(6), algorithm, signer.name, validity, signer.name, spki, extensions);
  return encodeSequence(tbs, algorithm, encodeElement(0x03, Uint8Array.of(0, 1)));
}
