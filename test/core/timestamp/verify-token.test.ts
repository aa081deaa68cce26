import { describe, expect, it } from '@jest/globals';
import { concatBytes } from '../../../src/core/bytes.ts';
import { encodeElement, encodeIntegerOctets, encodeNull, encodeSequence } from '../../../src/core/der/writer.ts';
import { encodeMessageImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import * as cms from '../cms/building.ts';
import * as compose from '../revocation/compose.ts';
import * as tst from './composing.ts';

const { verify, told, buildToken, buildTstInfo } = tst;
const toldOf = (parts: tst.TokenParts) => told(verify(buildToken(parts)));
const withRest = (...rest: readonly Uint8Array[]) =>
  buildToken({ tstInfo: buildTstInfo({ rest: [encodeIntegerOctets(tst.NONCE), ...rest] }) });
const certifiedAs = (options: Parameters<typeof tst.issueTsa>[0], parts: tst.TokenParts = {}) =>
  told(verify(buildToken({ certificate: tst.issueTsa(options), ...parts })));

describe('verifyTimeStampToken', () => {
  it('accepts a token about what was asked, and tells what it says', () => {
    const outcome = verify(buildToken(), { policy: tst.POLICY });
    if (!outcome.ok) throw new Error(told(outcome));
    const { tstInfo, signer, certificates } = outcome.value;
    expect(tstInfo.genTime).toBe(tst.AT);
    expect(tstInfo.policy).toBe(tst.POLICY);
    expect(tstInfo.serialNumber.hex).toBe('2a');
    expect(signer.der).toEqual(decodeCertificate(tst.tsaCertificate).der);
    expect(certificates).toHaveLength(1);
  });

  it('accepts one of which nobody knows the nonce or the policy asked for any more', () => {
    expect(told(verify(buildToken(), { nonce: undefined, policy: undefined }))).toBe('verified');
  });

  it('accepts a stamp by RSA, and one over SHA-512', () => {
    const signer = compose.createParty('TSA', 'rsa');
    const certificate = tst.issueTsa({ subject: signer });
    expect(toldOf({ certificate, signer })).toBe('verified');
    const imprint = tst.imprintOf(tst.message, 'SHA-512');
    const token = buildToken({ tstInfo: buildTstInfo({ messageImprint: encodeMessageImprint(imprint) }) });
    expect(told(verify(token, { imprint }))).toBe('verified');
  });

  it.each([
    ['of other octets', 'other-imprint: messageImprint', tst.imprintOf(cms.ascii('other'))],
    ['by another algorithm', 'other-imprint: messageImprint', tst.imprintOf(tst.message, 'SHA-512')],
  ])('is about this message: refuses an imprint %s', (_, expected, imprint) => {
    expect(told(verify(buildToken(), { imprint }))).toBe(expected);
  });

  it('takes no imprint by SHA-1, nor by an algorithm that it does not know', () => {
    const imprint = tst.imprintOf(tst.message, 'SHA-1');
    const weak = buildToken({ tstInfo: buildTstInfo({ messageImprint: encodeMessageImprint(imprint) }) });
    expect(told(verify(weak, { imprint }))).toBe('algorithm: messageImprint');
    const messageImprint = encodeSequence(cms.algorithm('1.2.3.4.5'), cms.octets(tst.imprint.hashedMessage));
    expect(toldOf({ tstInfo: buildTstInfo({ messageImprint }) })).toBe('algorithm: messageImprint');
  });

  it('has the nonce that was asked with', () => {
    expect(told(verify(buildToken(), { nonce: Uint8Array.of(1) }))).toBe('other-nonce: nonce');
    expect(toldOf({ tstInfo: buildTstInfo({ rest: [] }) })).toBe('other-nonce: absent');
  });

  it('is under the policy that was asked for', () => {
    expect(told(verify(buildToken(), { policy: '1.2.3.4.2' }))).toBe(`other-policy: ${tst.POLICY}`);
  });

  it('has no critical extension that nobody here knows', () => {
    const extensions = (critical: boolean) =>
      encodeElement(0xa1, compose.extension('1.2.3.4.9', encodeNull(), critical));
    expect(told(verify(withRest(extensions(true))))).toBe('unknown-extension: 1.2.3.4.9');
    expect(told(verify(withRest(extensions(false))))).toBe('verified');
  });

  it('is SignedData over a TSTInfo', () => {
    expect(toldOf({ eContentType: cms.ID_DATA })).toBe(`not-a-timestamp: ${cms.ID_DATA}`);
    expect(toldOf({ detached: true })).toBe(`not-a-timestamp: ${tst.ID_CT_TST_INFO}`);
    expect(toldOf({ tstInfo: cms.ascii('no DER') })).toMatch(/^malformed: /);
  });

  it('is refused, not thrown at, where it is no DER or too long', () => {
    expect(told(verify(new Uint8Array()))).toBe('malformed: truncated');
    expect(told(verify(concatBytes(buildToken(), Uint8Array.of(0))))).toBe('malformed: trailing-bytes');
    expect(told(verify(new Uint8Array(64 * 1024 + 1)))).toBe('malformed: size-limit');
  });

  it('has exactly one SignerInfo', () => {
    expect(toldOf({ signerInfos: () => [] })).toBe('signer-infos: 0');
    expect(toldOf({ signerInfos: (one) => [one, one] })).toBe('signer-infos: 2');
  });

  it('has the certificate of its signer', () => {
    expect(toldOf({ certificates: [] })).toBe('signer-missing: issuerAndSerialNumber');
    expect(toldOf({ certificates: [tst.rootCertificate] })).toBe('signer-missing: issuerAndSerialNumber');
    expect(toldOf({ certificates: [tst.rootCertificate, tst.tsaCertificate] })).toBe('verified');
  });
});

describe('the certificate of the TSA', () => {
  const { digitalSignature, timeStamping } = tst;
  it.each([
    ['that is not critical', [digitalSignature, timeStamping(false)]],
    ['beside another', [digitalSignature, timeStamping(true, '1.3.6.1.5.5.7.3.2')]],
    ['twice', [digitalSignature, timeStamping(true, tst.TIME_STAMPING)]],
    ['absent', [digitalSignature]],
    ['for anything', [digitalSignature, compose.extension('2.5.29.37', encodeSequence(cms.oid('2.5.29.37.0')), true)]],
  ])('refuses id-kp-timeStamping %s', (_, extensions) => {
    expect(certifiedAs({ extensions })).toBe('signer-usage: extKeyUsage');
  });

  it('is for signing, where keyUsage is there', () => {
    expect(certifiedAs({ extensions: [compose.keyUsage(5), timeStamping()] })).toBe('signer-usage: extKeyUsage');
    expect(certifiedAs({ extensions: [compose.keyUsage(1), timeStamping()] })).toBe('verified');
    expect(certifiedAs({ extensions: [timeStamping()] })).toBe('verified');
  });

  it('has the name that the token gives itself', () => {
    const named = (name: Uint8Array) => told(verify(withRest(name)));
    expect(named(tst.generalName(tst.tsa.name))).toBe('verified');
    expect(named(tst.generalName(tst.root.name))).toBe('signer-name: tsa');
    expect(named(encodeElement(0xa0, compose.uri('http://tsa.example')))).toBe('signer-name: tsa');
  });

  it.each([
    ['an address', compose.uri('http://tsa.example'), compose.uri('http://other.example')],
    ['an octet string', encodeElement(0x87, Uint8Array.of(1, 2, 3, 4)), encodeElement(0x87, Uint8Array.of(1, 2, 3, 5))],
    ['a directory name', compose.directoryName(tst.root.name), compose.uri('http://tsa.example')],
    [
      'another name',
      encodeElement(0xa0, concatBytes(cms.oid('1.2.3'), encodeElement(0xa0, encodeNull()))),
      encodeElement(0xa0, concatBytes(cms.oid('1.2.4'), encodeElement(0xa0, encodeNull()))),
    ],
  ])('has it among its alternative names: %s', (_, name, other) => {
    const alternatives = compose.extension('2.5.29.17', encodeSequence(name));
    const certificate = tst.issueTsa({ extensions: [tst.digitalSignature, timeStamping(), alternatives] });
    const named = (tsa: Uint8Array) =>
      toldOf({
        certificate,
        tstInfo: buildTstInfo({ rest: [encodeIntegerOctets(tst.NONCE), encodeElement(0xa0, tsa)] }),
      });
    expect(named(name)).toBe('verified');
    expect(named(other)).toBe('signer-name: tsa');
  });
});

describe('the signature of a token', () => {
  const attributes = (...without: readonly string[]) => {
    return (content: Uint8Array) => {
      const [contentType, messageDigest, signingCertificate] = tst.usualAttributes(content) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const all = { contentType, messageDigest, signingCertificate };
      return Object.entries(all).flatMap(([name, value]) => (without.includes(name) ? [] : [value]));
    };
  };

  it('is by the key of the certificate, over the attributes', () => {
    expect(toldOf({ signer: compose.createParty('Stranger') })).toBe('signature: cms.signature');
    expect(toldOf({ signature: new Uint8Array(70) })).toBe('signature: cms.signature');
    expect(toldOf({ attributes: attributes() })).toBe('verified');
  });

  it.each([
    ['contentType', 'signature: cms.content-type'],
    ['messageDigest', 'signature: cms.message-digest-attribute'],
    ['signingCertificate', 'signing-certificate: absent'],
  ])('has the attribute %s', (name, expected) => {
    expect(toldOf({ attributes: attributes(name) })).toBe(expected);
  });

  it('has attributes about this content', () => {
    const other = cms.messageDigest(cms.digest('SHA-256', cms.ascii('other')));
    const wrongDigest = (content: Uint8Array) => [...attributes('messageDigest')(content), other];
    expect(toldOf({ attributes: wrongDigest })).toBe('signature: cms.message-digest');
    const wrongType = (content: Uint8Array) => [...attributes('contentType')(content), cms.contentType()];
    expect(toldOf({ attributes: wrongType })).toBe('signature: cms.content-type');
  });

  it('refers to the certificate: signingCertificateV2, or version 1, and to no other', () => {
    const referring = (...references: readonly Uint8Array[]) =>
      toldOf({ attributes: (content) => [...attributes('signingCertificate')(content), ...references] });
    const first = tst.signingCertificate(tst.tsaCertificate, 1);
    const second = tst.signingCertificate(tst.tsaCertificate);
    expect(referring(first)).toBe('verified');
    expect(referring(first, second)).toBe('verified');
    const other = tst.signingCertificate(tst.rootCertificate);
    expect(referring(other)).toBe('signing-certificate: cms.signing-certificate');
    expect(referring(first, other)).toBe('signing-certificate: cms.signing-certificate');
    expect(referring(tst.signingCertificate(tst.rootCertificate, 1))).toBe(
      'signing-certificate: cms.signing-certificate-v1',
    );
    expect(referring(cms.attribute('1.2.840.113549.1.9.16.2.47', encodeNull()))).toBe(
      'signing-certificate: cms.signing-certificate',
    );
  });

  it('is by an algorithm of the allow-list', () => {
    const weak = compose.createParty('TSA', 'ec-sha1');
    expect(toldOf({ certificate: tst.issueTsa({ subject: weak }), signer: weak })).toBe('algorithm: cms.algorithms');
    const byOldDigest = (content: Uint8Array) => [
      ...attributes('messageDigest')(content),
      cms.messageDigest(cms.digest('SHA-1', content)),
    ];
    const digestAlgorithm = cms.algorithm(HASH_OID['SHA-1']);
    expect(toldOf({ digestAlgorithm, attributes: byOldDigest })).toBe('algorithm: cms.algorithms');
  });

  it('covers no unsigned attribute, of which nothing is concluded', () => {
    expect(toldOf({ unsignedAttrs: [cms.attribute('1.2.3.4', encodeNull())] })).toBe('verified');
  });

  it('no octet of what is signed can be altered', () => {
    const token = buildToken();
    const start = Buffer.from(token).indexOf(buildTstInfo());
    for (let at = start; at < start + buildTstInfo().length; at++) {
      const altered = Uint8Array.from(token);
      altered[at] = (altered[at] as number) ^ 1;
      expect(told(verify(altered))).not.toBe('verified');
    }
  });
});
