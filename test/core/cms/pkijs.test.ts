import type { webcrypto } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { newEcKey, newRsaKey } from '../signature/keys.ts';
import { ascii, newSigner, type Signer } from './building.ts';
import { departures, judge } from './outcomes.ts';

const { subtle } = globalThis.crypto;
const engine = new pkijs.CryptoEngine({ name: 'node', crypto: globalThis.crypto });
const rsa = newSigner(newRsaKey(), 'rsa', 1);
const p256 = newSigner(newEcKey('P-256'), 'p256', 2);
const p384 = newSigner(newEcKey('P-384'), 'p384', 3);
const content = ascii('made by another library');

const buffer = (octets: Uint8Array): ArrayBuffer => Uint8Array.from(octets).buffer as ArrayBuffer;

interface Wish {
  readonly signer: Signer;
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512';
  readonly pss?: boolean;
  readonly byKeyIdentifier?: boolean;
}

function webKey({ signer, hash, pss }: Wish): Promise<webcrypto.CryptoKey> {
  const facts = signer.key.spki.key;
  const algorithm =
    facts.type === 'ec'
      ? { name: 'ECDSA', namedCurve: facts.curve }
      : { name: pss ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash };
  const pkcs8 = signer.key.privateKey.export({ format: 'der', type: 'pkcs8' });
  return subtle.importKey('pkcs8', buffer(pkcs8), algorithm, false, ['sign']);
}

async function signerInfoFor({ signer, hash, byKeyIdentifier }: Wish, certificate: pkijs.Certificate) {
  const { issuer, serialNumber } = certificate;
  const keyIdentifier = new asn1js.Primitive({
    idBlock: { tagClass: 3, tagNumber: 0 },
    valueHex: buffer(signer.keyIdentifier),
  });
  const sid = byKeyIdentifier ? keyIdentifier : new pkijs.IssuerAndSerialNumber({ issuer, serialNumber });
  const attributes = [
    new pkijs.Attribute({
      type: '1.2.840.113549.1.9.3',
      values: [new asn1js.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })],
    }),
    new pkijs.Attribute({
      type: '1.2.840.113549.1.9.5',
      values: [new asn1js.UTCTime({ valueDate: new Date('2026-06-01T03:00:00Z') })],
    }),
    new pkijs.Attribute({
      type: '1.2.840.113549.1.9.4',
      values: [new asn1js.OctetString({ valueHex: await subtle.digest(hash, buffer(content)) })],
    }),
  ];
  const signedAttrs = new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes });
  return new pkijs.SignerInfo({ version: byKeyIdentifier ? 3 : 1, sid, signedAttrs });
}

async function build(wishes: readonly Wish[], detached: boolean): Promise<Uint8Array> {
  const certificates = wishes.map(({ signer }) => pkijs.Certificate.fromBER(buffer(signer.certificate.der)));
  const signedData = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: '1.2.840.113549.1.7.1' }),
    signerInfos: await Promise.all(wishes.map((wish, i) => signerInfoFor(wish, certificates[i] as pkijs.Certificate))),
    certificates,
  });
  if (!detached) signedData.encapContentInfo.eContent = new asn1js.OctetString({ valueHex: buffer(content) });
  for (const [i, wish] of wishes.entries()) {
    await signedData.sign(await webKey(wish), i, wish.hash, detached ? buffer(content) : undefined, engine);
  }
  const info = new pkijs.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signedData.toSchema(true) });
  return new Uint8Array(info.toSchema().toBER());
}

function expectSound(der: Uint8Array, detached?: Uint8Array): void {
  const judged = judge(der, detached);
  expect(judged.length).toBeGreaterThan(0);
  expect(judged.flatMap(({ checks }) => departures(checks)).filter((line) => !line.endsWith('reported'))).toEqual([]);
  expect(judged.map(({ sound }) => sound)).toEqual(judged.map(() => true));
}

describe('CMS by pkijs', () => {
  it.each<[string, Wish]>([
    ['RSA with SHA-256', { signer: rsa, hash: 'SHA-256' }],
    ['RSA with SHA-512', { signer: rsa, hash: 'SHA-512' }],
    ['sid by key identifier', { signer: rsa, hash: 'SHA-256', byKeyIdentifier: true }],
    ['PSS with SHA-256', { signer: rsa, hash: 'SHA-256', pss: true }],
    ['P-256 with SHA-256', { signer: p256, hash: 'SHA-256' }],
    ['P-384 with SHA-384', { signer: p384, hash: 'SHA-384' }],
  ])('%s', async (_, wish) => {
    expectSound(await build([wish], false));
    const detached = await build([wish], true);
    expectSound(detached, content);
    expect(departures(judge(detached, content.subarray(1))[0]?.checks ?? [])).toContain(
      'cms.message-digest HASH_FAILURE',
    );
  });

  it('several signers', async () => {
    const der = await build(
      [
        { signer: rsa, hash: 'SHA-256' },
        { signer: p256, hash: 'SHA-256' },
        { signer: p384, hash: 'SHA-384' },
      ],
      false,
    );
    expect(judge(der).length).toBe(3);
    expectSound(der);
  });
});
