import { describe, expect, it } from '@jest/globals';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';
import { newEcKey } from '../signature/keys.ts';
import { ascii, buildSignedData, buildSignerInfo, integer, newSigner, type Signer } from './building.ts';

const a = newSigner(newEcKey('P-256'), 'a', 1);
const sameSerial = newSigner(newEcKey('P-256'), 'b', 1);
const sameName = newSigner(newEcKey('P-256'), 'a', 2);
const content = ascii('content');

function find(sid: Uint8Array, version: number, ...signers: Signer[]) {
  const signerInfo = buildSignerInfo({ signer: a, content, sid, version });
  const certificates = signers.map(({ certificate }) => certificate.der);
  const signedData = decodeCms(buildSignedData({ content, certificates, signerInfos: [signerInfo] }));
  const [info] = signedData.signerInfos;
  return info && findSignerCertificate(signedData, info)?.der;
}

describe('findSignerCertificate', () => {
  const byIssuer = encodeSequence(a.name, a.serial);
  const byKey = encodeElement(0x80, a.keyIdentifier);

  it('by issuer and serial number together', () => {
    expect(find(byIssuer, 1, sameSerial, sameName, a)).toEqual(a.certificate.der);
    expect(find(byIssuer, 1, sameSerial, sameName)).toBeUndefined();
  });
  it('by subject key identifier', () => {
    expect(find(byKey, 3, sameSerial, sameName, a)).toEqual(a.certificate.der);
    expect(find(byKey, 3, sameSerial, sameName)).toBeUndefined();
    expect(find(encodeElement(0x80, a.keyIdentifier.subarray(1)), 3, a)).toBeUndefined();
  });
  it('a serial with a zero octet before it is another spelling, refused by decoding', () => {
    expect(() => find(encodeSequence(a.name, integer(0, 1)), 1, a)).toThrow('non-minimal-value');
  });
  it('no certificates at all', () => expect(find(byIssuer, 1)).toBeUndefined());
});
