import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  anchorsOf,
  type Folder,
  hasOpenssl,
  NOW,
  openSandbox,
  openssl,
  type TestSandbox,
  temporaryFolder,
} from './world.ts';

let sandbox: TestSandbox;
let folder: Folder;

beforeAll(async () => {
  sandbox = await openSandbox();
  folder = temporaryFolder();
});
afterAll(async () => {
  await sandbox.stop();
  folder.remove();
});

interface Body {
  readonly purpose: string;
  readonly reference?: string;
  readonly challengeId?: string;
  readonly signature: {
    readonly format: string;
    readonly value: string;
    readonly algorithm: string;
    readonly certificate: string;
    readonly content?: string;
    readonly digest?: object;
  };
}

const CONTENT = Buffer.from('口座開設を申し込みます');
const content = CONTENT.toString('base64');
const sign = (id: string, request: object) => sandbox.post<Body>(`/residents/${id}/signatures`, request);
const octets = (base64: string) => Buffer.from(base64, 'base64');
const keyOf = ({ signature }: Body) => new X509Certificate(octets(signature.certificate)).publicKey;

describe('a raw signature', () => {
  it.each([
    ['RS256', 'sha256'],
    ['RS384', 'sha384'],
    ['RS512', 'sha512'],
  ])('%s is PKCS#1 v1.5 over the content', async (algorithm, hash) => {
    const body = await sign('mihon-taro', { algorithm, content });
    expect(body.signature).toMatchObject({ format: 'raw', algorithm, content });
    expect(verify(hash, CONTENT, keyOf(body), octets(body.signature.value))).toBe(true);
    expect(verify(hash, Buffer.from('other'), keyOf(body), octets(body.signature.value))).toBe(false);
  });

  it('PS256 is PSS with a salt as long as the hash', async () => {
    const body = await sign('mihon-taro', { algorithm: 'PS256', content });
    const key = { key: keyOf(body), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(verify('sha256', CONTENT, key, octets(body.signature.value))).toBe(true);
  });

  it('ES384 comes from the next card, DER or r‖s', async () => {
    const der = await sign('jisedai-card', { content });
    expect(der.signature.algorithm).toBe('ES384');
    expect(verify('sha384', CONTENT, keyOf(der), octets(der.signature.value))).toBe(true);
    const plain = await sign('jisedai-card', { content, encoding: 'p1363' });
    expect(octets(plain.signature.value)).toHaveLength(96);
    const key = { key: keyOf(plain), dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha384', CONTENT, key, octets(plain.signature.value))).toBe(true);
  });

  it('over a digest is the same octets as over its content', async () => {
    for (const [algorithm, name, hash] of [
      ['SHA-256', 'RS256', 'sha256'],
      ['SHA-384', 'RS384', 'sha384'],
      ['SHA-512', 'RS512', 'sha512'],
    ] as const) {
      const value = createHash(hash).update(CONTENT).digest('base64');
      const body = await sign('mihon-taro', { digest: { algorithm, value } });
      const same = await sign('mihon-taro', { algorithm: name, content });
      expect(body.signature).toMatchObject({ algorithm: name, digest: { algorithm, value } });
      expect(body.signature.value).toBe(same.signature.value);
      expect(body.signature.content).toBeUndefined();
    }
  });

  it('refers to the challenge alone when there is one', async () => {
    const body = await sign('mihon-taro', { content, challengeId: 'chl_x', purpose: 'p', reference: 'r' });
    expect(body).toMatchObject({ purpose: 'p', reference: 'r', challengeId: 'chl_x' });
    expect(body.signature.content).toBeUndefined();
    expect(verify('sha256', CONTENT, keyOf(body), octets(body.signature.value))).toBe(true);
  });

  it('is made with the certificate of the kind and medium asked for', async () => {
    const card = await sign('shiken-hanako', { content });
    const phone = await sign('shiken-hanako', { content, medium: 'smartphone', kind: 'user-authentication' });
    const issuer = (body: Body) => new X509Certificate(octets(body.signature.certificate)).issuer;
    expect(issuer(card)).toContain('digital signature');
    expect(issuer(phone)).toContain('user authentication');
    expect(verify('sha256', CONTENT, keyOf(phone), octets(phone.signature.value))).toBe(true);
  });

  it.each([
    ['mihon-taro', { algorithm: 'ES384' }, 400, 'algorithm-not-of-this-card'],
    ['jisedai-card', { algorithm: 'RS256' }, 400, 'algorithm-not-of-this-card'],
    ['jisedai-card', { digest: { algorithm: 'SHA-256', value: 'AAAA' } }, 400, 'digest-needs-rsa'],
    ['mihon-taro', { digest: { algorithm: 'SHA-256', value: 'AAAA' } }, 400, 'digest-length'],
    ['mihon-taro', { digest: { algorithm: 'SHA-256', value: 'AAAA' }, content: 'AAAA' }, 400, 'content-or-digest'],
    [
      'mihon-taro',
      { algorithm: 'RS512', digest: { algorithm: 'SHA-256', value: Buffer.alloc(32).toString('base64') } },
      400,
      'digest-algorithm',
    ],
    ['mihon-taro', { format: 'cms', digest: { algorithm: 'SHA-256', value: 'AAAA' } }, 400, 'cms-needs-content'],
    ['kodomo-mihon', {}, 409, 'no-such-certificate'],
    ['mihon-taro', { medium: 'smartphone' }, 409, 'no-such-certificate'],
    ['mihon-taro', { serialNumber: '00ff' }, 409, 'no-such-certificate'],
    ['nobody', {}, 404, 'resident-not-found'],
  ])('of %s with %j is refused: %i %s', async (id, request, status, code) => {
    const response = await sandbox.send('POST', `/residents/${id}/signatures`, request);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, code });
  });
});

describe('a CMS signature', () => {
  const dump = async (value: string) => {
    const file = folder.write('signed.p7m', octets(value));
    return openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', file);
  };

  (hasOpenssl ? it : it.skip)('attached has the shape of card.md §11.1', async () => {
    const { signature } = await sign('mihon-taro', { format: 'cms', content });
    const said = await dump(signature.value);
    expect(said).toContain('algorithm: rsaEncryption (1.2.840.113549.1.1.1)');
    const attributes = [...said.matchAll(/object: (\w+) \(1\.2\.840\.113549\.1\.9/g)].map((match) => match[1]);
    expect(attributes).toEqual(['contentType', 'signingTime', 'messageDigest']);
    expect(said).toContain('UTCTIME:Jun  1 03:00:00 2026 GMT');
    expect(said).toContain('issuerAndSerialNumber');
    expect(said.match(/d\.certificate/g)).toHaveLength(1);
    expect(said).toMatch(/unsignedAttrs:\s+<ABSENT>/);
  });

  (hasOpenssl ? it : it.skip).each([
    [{}, ''],
    [{ signingCertificateV2: true }, ''],
    [{ detached: true }, 'content.bin'],
    [{ algorithm: 'RS512', signingTime: false }, ''],
    [{ algorithm: 'PS256' }, ''],
  ])('%j is accepted by OpenSSL', async (shape, detached) => {
    const { signature } = await sign('mihon-taro', { format: 'cms', content, ...shape });
    const file = folder.write('signed.p7m', octets(signature.value));
    const anchors = folder.write('anchors.pem', await anchorsOf(sandbox));
    const given = detached === '' ? [] : ['-content', folder.write(detached, CONTENT)];
    const time = ['-attime', String(NOW / 1000), '-purpose', 'any', '-ignore_critical'];
    const input = ['-inform', 'DER', '-in', file, '-binary', ...given];
    const said = await openssl('cms', '-verify', ...input, '-CAfile', anchors, ...time);
    expect(said).toContain('CMS Verification successful');
    expect(said).toContain(CONTENT.toString());
  });

  (hasOpenssl ? it : it.skip)('of the next card is accepted too', async () => {
    const { signature } = await sign('jisedai-card', { format: 'cms', content });
    const file = folder.write('signed.p7m', octets(signature.value));
    const said = await openssl('cms', '-verify', '-noverify', '-inform', 'DER', '-in', file, '-binary');
    expect(said).toContain('CMS Verification successful');
  });

  it('detached gives the content beside it, and not when there is a challenge', async () => {
    expect((await sign('mihon-taro', { format: 'cms', content, detached: true })).signature.content).toBe(content);
    const challenged = await sign('mihon-taro', { format: 'cms', content, detached: true, challengeId: 'chl_x' });
    expect(challenged.signature.content).toBeUndefined();
    expect((await sign('mihon-taro', { format: 'cms', content })).signature.content).toBeUndefined();
  });
});
