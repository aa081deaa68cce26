import { describe, expect, it } from '@jest/globals';
import { OCSPRequest } from 'pkijs';
import { buildCertId } from '../../../src/core/revocation/ocsp-cert-id.ts';
import { encodeOcspRequest } from '../../../src/core/revocation/ocsp-request.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';

const ca = compose.createParty('CA');
const issuer = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: ca, issuer: ca })));
const certificate = decodeCertificate(
  compose.composeCertificate({ subject: compose.createParty('Leaf'), issuer: ca, serial: 0xff }),
);

const HASHES = [
  ['SHA-1', 'sha1', '1.3.14.3.2.26'],
  ['SHA-256', 'sha256', '2.16.840.1.101.3.4.2.1'],
] as const;

describe('encodeOcspRequest, read back by pkijs', () => {
  it.each(HASHES)('%s without nonce', (hash, name, oid) => {
    const certId = { ...buildCertId(certificate, issuer, hash, nodeCrypto), hashAlgorithm: hash };
    const request = OCSPRequest.fromBER(encodeOcspRequest({ certId }));
    expect(request.tbsRequest.requestList).toHaveLength(1);
    expect(request.tbsRequest.requestExtensions ?? []).toEqual([]);
    expect(request.optionalSignature).toBeUndefined();
    const read = request.tbsRequest.requestList[0]?.reqCert;
    expect(read?.hashAlgorithm.algorithmId).toBe(oid);
    expect(new Uint8Array(read?.issuerNameHash.valueBlock.valueHexView ?? [])).toEqual(compose.digest(name, ca.name));
    expect(new Uint8Array(read?.issuerKeyHash.valueBlock.valueHexView ?? [])).toEqual(
      compose.digest(name, compose.publicKeyOctets(ca)),
    );
    expect(Buffer.from(read?.serialNumber.valueBlock.valueHexView ?? []).toString('hex')).toBe('00ff');
  });

  it('with a nonce, which is an OCTET STRING in extnValue and not critical', () => {
    const certId = { ...buildCertId(certificate, issuer, 'SHA-1', nodeCrypto), hashAlgorithm: 'SHA-1' } as const;
    const nonce = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
    const request = OCSPRequest.fromBER(encodeOcspRequest({ certId, nonce }));
    const [extension, ...others] = request.tbsRequest.requestExtensions ?? [];
    expect(others).toEqual([]);
    expect(extension?.extnID).toBe('1.3.6.1.5.5.7.48.1.2');
    expect(extension?.critical).toBe(false);
    expect(Buffer.from(extension?.extnValue.valueBlock.valueHexView ?? []).toString('hex')).toBe(
      `0420${Buffer.from(nonce).toString('hex')}`,
    );
  });

  it('is the same octets for the same question', () => {
    const certId = { ...buildCertId(certificate, issuer, 'SHA-1', nodeCrypto), hashAlgorithm: 'SHA-1' } as const;
    expect(encodeOcspRequest({ certId })).toEqual(encodeOcspRequest({ certId }));
  });
});
