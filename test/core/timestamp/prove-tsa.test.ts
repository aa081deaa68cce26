import { describe, expect, it } from '@jest/globals';
import { encodeSequence } from '../../../src/core/der/writer.ts';
import { proveTsa, type TsaProof } from '../../../src/core/timestamp/prove-tsa.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as cms from '../cms/building.ts';
import * as compose from '../revocation/compose.ts';
import * as tst from './composing.ts';

function prove(parts: tst.TokenParts, ...trusted: readonly Uint8Array[]): TsaProof {
  const outcome = tst.verify(tst.buildToken(parts));
  if (!outcome.ok) throw new Error(tst.told(outcome));
  return proveTsa(outcome.value, trusted.map(decodeCertificate), nodeCrypto);
}
const told = (proof: TsaProof): string => (proof.proven ? 'proven' : proof.reason);

const { root, rootCertificate, tsaCertificate, AT } = tst;
const certified = (options: Parameters<typeof tst.issueTsa>[0]) =>
  told(prove({ certificate: tst.issueTsa(options) }, rootCertificate));

describe('proveTsa', () => {
  it('by a root, until the first certificate of the path ends', () => {
    const certificate = tst.issueTsa({ notAfter: AT + compose.DAY });
    const proof = prove({ certificate }, rootCertificate);
    expect(proof).toMatchObject({ proven: true, validUntil: AT + compose.DAY });
    expect(proof.proven && proof.by.der).toEqual(rootCertificate);
    expect(proof.proven && proof.path.map(({ der }) => der)).toEqual([rootCertificate, certificate]);
    const short = compose.composeCertificate({
      ...{ subject: root, issuer: root, notAfter: AT + 1_000 },
      extensions: [compose.basicConstraintsCa],
    });
    expect(prove({}, short)).toMatchObject({ proven: true, validUntil: AT + 1_000 });
  });

  it('by the certificate of the TSA itself', () => {
    const proof = prove({}, tsaCertificate);
    expect(proof).toMatchObject({ proven: true, validUntil: decodeCertificate(tsaCertificate).notAfter });
    const over = tst.issueTsa({ notAfter: AT - 1_000 });
    expect(told(prove({ certificate: over }, over))).toBe('not-valid-at-the-time');
    const early = tst.issueTsa({ notBefore: AT + 1_000 });
    expect(told(prove({ certificate: early }, early))).toBe('not-valid-at-the-time');
  });

  it('through a certificate between that came with the token', () => {
    const between = compose.createParty('Between');
    const extensions = [compose.basicConstraintsCa, compose.keyUsage(5)];
    const intermediate = compose.composeCertificate({ subject: between, issuer: root, serial: 8, extensions });
    const certificate = tst.issueTsa({ issuer: between });
    const sid = encodeSequence(between.name, compose.integer(7));
    expect(told(prove({ certificate, sid, certificates: [certificate, intermediate] }, rootCertificate))).toBe(
      'proven',
    );
    expect(told(prove({ certificate, sid }, rootCertificate))).toBe('no-path');
  });

  it('by nobody that is trusted', () => {
    expect(told(prove({}))).toBe('no-path');
    const stranger = compose.createParty('Stranger');
    const other = compose.composeCertificate({
      ...{ subject: stranger, issuer: stranger },
      extensions: [compose.basicConstraintsCa],
    });
    expect(told(prove({}, other))).toBe('no-path');
    // of the same name
    const namesake = compose.createParty('TSA root');
    const forged = compose.composeCertificate({
      ...{ subject: namesake, issuer: namesake },
      extensions: [compose.basicConstraintsCa],
    });
    expect(told(prove({}, forged))).toBe('path-invalid');
  });

  it('a certificate of a TSA that is trusted certifies no other', () => {
    const forged = tst.issueTsa({ subject: compose.createParty('Other'), issuer: tst.tsa, serial: 9 });
    const sid = encodeSequence(tst.tsa.name, compose.integer(9));
    const outcome = tst.verify(tst.buildToken({ certificate: forged, sid }));
    // its key is not the signer's, so that the signature fails already; with it, no path may begin at an end entity
    expect(tst.told(outcome)).toBe('signature: cms.signature');
    const signer = compose.createParty('Other');
    const certificate = tst.issueTsa({ subject: signer, issuer: tst.tsa, serial: 9 });
    expect(told(prove({ certificate, signer, sid }, tsaCertificate))).toBe('no-path');
  });

  it('at the time of the stamp, to the second', () => {
    expect(certified({ notBefore: AT })).toBe('proven');
    expect(certified({ notBefore: AT + 1_000 })).toBe('not-valid-at-the-time');
    expect(certified({ notAfter: AT })).toBe('proven');
    expect(certified({ notAfter: AT - 1_000 })).toBe('not-valid-at-the-time');
  });

  it('when the root had ended, not', () => {
    const ended = compose.composeCertificate({
      ...{ subject: root, issuer: root, notAfter: AT - 1_000 },
      extensions: [compose.basicConstraintsCa],
    });
    expect(told(prove({}, ended))).toBe('not-valid-at-the-time');
  });

  it('along the certificates that the signer refers to, where there are several', () => {
    const between = compose.createParty('Between');
    const extensions = [compose.basicConstraintsCa, compose.keyUsage(5)];
    const intermediate = compose.composeCertificate({ subject: between, issuer: root, serial: 8, extensions });
    const certificate = tst.issueTsa({ issuer: between });
    const sid = encodeSequence(between.name, compose.integer(7));
    const reference = (of: Uint8Array) => encodeSequence(cms.octets(cms.digest('SHA-256', of)));
    const referring = (second: Uint8Array) =>
      told(
        prove(
          {
            ...{ certificate, sid, certificates: [certificate, intermediate] },
            attributes: (content) => [
              ...tst.usualAttributes(content).slice(0, 2),
              cms.attribute(
                '1.2.840.113549.1.9.16.2.47',
                encodeSequence(encodeSequence(reference(certificate), reference(second))),
              ),
            ],
          },
          rootCertificate,
        ),
      );
    expect(referring(intermediate)).toBe('proven');
    expect(referring(rootCertificate)).toBe('path-invalid');
  });
});
