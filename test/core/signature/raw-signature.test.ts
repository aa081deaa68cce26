import { constants, createHash, privateEncrypt, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import forge from 'node-forge';
import type { HashAlgorithm } from '../../../src/core/crypto.ts';
import {
  encodeElement,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '../../../src/core/der/writer.ts';
import { encodeDigestInfo, encodeMessage } from '../../../src/core/signature/encoded-message.ts';
import {
  digestSuffices,
  hashOf,
  isJwaAlgorithm,
  type JwaAlgorithm,
} from '../../../src/core/signature/jwa-algorithm.ts';
import { type RawSignature, type SignedMatter, verifyRawSignature } from '../../../src/core/signature/raw-signature.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { type KeyPair, newEcKey, newRsaKey } from './keys.ts';

const rsa = newRsaKey();
const p256 = newEcKey('P-256');
const p384 = newEcKey('P-384');
const p521 = newEcKey('P-521');
const content = Uint8Array.from(Buffer.from('電子署名等に係る地方公共団体情報システム機構の認証業務'));
const NODE = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
const RS = ['RS256', 'RS384', 'RS512'] as const;
const PS = ['PS256', 'PS384', 'PS512'] as const;

const verify = (
  algorithm: JwaAlgorithm,
  key: KeyPair,
  signature: Uint8Array,
  matter: SignedMatter = { content },
  more: Partial<RawSignature> = {},
) =>
  verifyRawSignature({ algorithm, key: key.spki, signature, encoding: 'der', crypto: nodeCrypto, ...more, ...matter });

const digestOf = (algorithm: HashAlgorithm, octets: Uint8Array = content) => ({
  algorithm,
  value: Uint8Array.from(createHash(NODE[algorithm]).update(octets).digest()),
});
/** A signature over any encoded message, which is how forgeries with odd padding are made by someone with the key. */
const signMessage = (message: Uint8Array): Uint8Array =>
  privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, message);

describe('over content', () => {
  it.each(RS)('%s', (algorithm) => {
    const signature = sign(NODE[hashOf(algorithm)], content, rsa.privateKey);
    expect(verify(algorithm, rsa, signature)).toBe('valid');
    expect(verify(algorithm, rsa, signature, { content }, { encoding: 'p1363' })).toBe('valid');
    expect(verify(algorithm, rsa, signature, { content: content.subarray(1) })).toBe('invalid');
    for (const other of RS.filter((one) => one !== algorithm)) expect(verify(other, rsa, signature)).toBe('invalid');
    for (const other of PS) expect(verify(other, rsa, signature)).toBe('invalid');
  });

  it.each(PS)('%s, with a salt as long as the hash', (algorithm) => {
    const hash = NODE[hashOf(algorithm)];
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = digestOf(hashOf(algorithm)).value.length;
    const signature = sign(hash, content, { key: rsa.privateKey, padding, saltLength });
    expect(verify(algorithm, rsa, signature)).toBe('valid');
    expect(verify(algorithm, rsa, signature, { content: content.subarray(1) })).toBe('invalid');
    const longer = sign(hash, content, { key: rsa.privateKey, padding, saltLength: saltLength + 1 });
    expect(verify(algorithm, rsa, longer)).toBe('invalid');
  });

  it.each([
    ['ES256', p256],
    ['ES384', p384],
  ] as const)('%s, as Ecdsa-Sig-Value and as r‖s', (algorithm, key) => {
    const hash = NODE[hashOf(algorithm)];
    const der = sign(hash, content, key.privateKey);
    const concatenated = sign(hash, content, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    const p1363 = { encoding: 'p1363' } as const;
    expect(verify(algorithm, key, der)).toBe('valid');
    expect(verify(algorithm, key, concatenated, { content }, p1363)).toBe('valid');
    expect(verify(algorithm, key, concatenated)).toBe('invalid');
    expect(verify(algorithm, key, der, { content }, p1363)).toBe('invalid');
    expect(verify(algorithm, key, Uint8Array.of(0, ...concatenated), { content }, p1363)).toBe('invalid');
    expect(verify(algorithm, key, concatenated.subarray(1), { content }, p1363)).toBe('invalid');
    expect(verify(algorithm, key, der, { content: content.subarray(1) })).toBe('invalid');
  });

  it('binds the hash to the name: ES256 is no SHA-384', () => {
    expect(verify('ES256', p256, sign('sha384', content, p256.privateKey))).toBe('invalid');
  });

  it.each<[JwaAlgorithm, string, KeyPair]>([
    ['RS256', 'P-256', p256],
    ['PS256', 'P-256', p256],
    ['ES256', 'RSA', rsa],
    ['ES256', 'P-384', p384],
    ['ES384', 'P-256', p256],
    ['ES384', 'P-521', p521],
  ])('%s with a key of %s is a mismatch, a result like others', (algorithm, _, key) => {
    expect(verify(algorithm, key, sign('sha256', content, key.privateKey))).toBe('key-mismatch');
  });

  it('small keys are not allowed', () => {
    const small = newRsaKey(1024);
    const signature = sign('sha256', content, small.privateKey);
    expect(verify('RS256', small, signature)).toBe('not-allowed');
    expect(verify('RS256', small, signature, { digest: digestOf('SHA-256') })).toBe('not-allowed');
    expect(verify('RS256', small, signature, { content }, { options: { legacyAlgorithms: true } })).toBe('valid');
  });

  it('an empty signature and an empty content are nothing special', () => {
    const nothing = new Uint8Array();
    expect(verify('RS256', rsa, nothing)).toBe('invalid');
    expect(verify('ES256', p256, nothing)).toBe('invalid');
    expect(verify('RS256', rsa, sign('sha256', nothing, rsa.privateKey), { content: nothing })).toBe('valid');
  });
});

describe('over a digest', () => {
  it.each(RS)('%s', (algorithm) => {
    const hash = hashOf(algorithm);
    const signature = sign(NODE[hash], content, rsa.privateKey);
    const { value } = digestOf(hash);
    expect(verify(algorithm, rsa, signature, { digest: { algorithm: hash, value } })).toBe('valid');
    const flipped = Uint8Array.from(value);
    flipped[0] = (flipped[0] as number) ^ 1;
    expect(verify(algorithm, rsa, signature, { digest: { algorithm: hash, value: flipped } })).toBe('invalid');
  });

  it.each([...PS, 'ES256', 'ES384'] as const)('%s needs the content', (algorithm) => {
    const key = algorithm === 'ES256' ? p256 : algorithm === 'ES384' ? p384 : rsa;
    const signature = sign(NODE[hashOf(algorithm)], content, key.privateKey);
    expect(digestSuffices(algorithm)).toBe(false);
    expect(verify(algorithm, key, signature, { digest: digestOf(hashOf(algorithm)) })).toBe('not-allowed');
  });

  it('wants the digest that the algorithm takes, in its length', () => {
    const signature = sign('sha256', content, rsa.privateKey);
    const { value } = digestOf('SHA-256');
    expect(verify('RS256', rsa, signature, { digest: digestOf('SHA-384') })).toBe('invalid');
    expect(verify('RS256', rsa, signature, { digest: { algorithm: 'SHA-256', value: value.subarray(1) } })).toBe(
      'invalid',
    );
    expect(verify('RS256', rsa, signature, { digest: { algorithm: 'SHA-256', value: new Uint8Array() } })).toBe(
      'invalid',
    );
  });

  it('wants a signature as long as the modulus and below it', () => {
    const signature = sign('sha256', content, rsa.privateKey);
    const digest = digestOf('SHA-256');
    const message = encodeMessage('SHA-256', digest.value, 256);
    const lenient = { crypto: { ...nodeCrypto, recoverRsa: () => message } };
    expect(verify('RS256', rsa, new Uint8Array(256), { digest }, lenient)).toBe('valid');
    expect(verify('RS256', rsa, new Uint8Array(257), { digest }, lenient)).toBe('invalid');
    expect(verify('RS256', rsa, Uint8Array.of(0, ...signature), { digest })).toBe('invalid');
    expect(verify('RS256', rsa, signature.subarray(1), { digest })).toBe('invalid');
    expect(verify('RS256', rsa, new Uint8Array(256).fill(0xff), { digest })).toBe('invalid');
  });

  it('refuses a signature of the right length whose value is the right one plus the modulus', () => {
    const { n } = rsa.publicKey.export({ format: 'jwk' });
    const modulus = BigInt(`0x${Buffer.from(n as string, 'base64url').toString('hex')}`);
    let found: { readonly message: Uint8Array; readonly above: bigint } | undefined;
    for (let i = 0; i < 4000 && found === undefined; i++) {
      const message = Uint8Array.of(i >> 8, i & 0xff);
      const above = BigInt(`0x${sign('sha256', message, rsa.privateKey).toString('hex')}`) + modulus;
      if (above < 1n << 2048n) found = { message, above };
    }
    if (found === undefined) throw new Error('no signature small enough');
    const signature = Buffer.from(found.above.toString(16), 'hex');
    expect(signature.length).toBe(256);
    const digest = digestOf('SHA-256', found.message);
    expect(verify('RS256', rsa, signature, { digest })).toBe('invalid');
    expect(verify('RS256', rsa, signature, { content: found.message })).toBe('invalid');
    expect(verify('RS256', rsa, sign('sha256', found.message, rsa.privateKey), { digest })).toBe('valid');
  });

  describe('refuses an encoded message made by the key itself with', () => {
    const { value } = digestOf('SHA-256');
    const good = encodeMessage('SHA-256', value, 256) as Uint8Array;
    const info = encodeDigestInfo('SHA-256', value);
    const withInfo = (digestInfo: Uint8Array): Uint8Array =>
      Uint8Array.of(0, 1, ...new Uint8Array(253 - digestInfo.length).fill(0xff), 0, ...digestInfo);
    const changed = (at: number, octet: number): Uint8Array => {
      const message = Uint8Array.from(good);
      message[at] = octet;
      return message;
    };
    const oid = encodeObjectIdentifier(HASH_OID['SHA-256']);

    it('(control: the right message passes)', () => {
      expect(withInfo(info)).toEqual(good);
      expect(verify('RS256', rsa, signMessage(good), { digest: { algorithm: 'SHA-256', value } })).toBe('valid');
    });

    it.each<[string, Uint8Array]>([
      ['block type 2', changed(1, 2)],
      ['block type 0', changed(1, 0)],
      ['padding that is not FF', changed(2, 0xfe)],
      ['padding ending early', changed(100, 0)],
      ['no zero octet before the DigestInfo', changed(256 - info.length - 1, 0xff)],
      ['parameters absent', withInfo(encodeSequence(encodeSequence(oid), encodeOctetString(value)))],
      [
        'rubbish in the parameters',
        withInfo(encodeSequence(encodeSequence(oid, encodeElement(4, new Uint8Array(16))), encodeOctetString(value))),
      ],
      ['octets behind the digest', withInfo(Uint8Array.of(...info, 0))],
      ['the bare digest', withInfo(value)],
      ['a length in BER', withInfo(Uint8Array.of(0x30, 0x81, ...info.subarray(1)))],
      ['another hash named', withInfo(encodeDigestInfo('SHA-512', value))],
    ])('%s', (_, message) => {
      expect(message.length).toBe(256);
      expect(verify('RS256', rsa, signMessage(message), { digest: { algorithm: 'SHA-256', value } })).toBe('invalid');
      expect(verify('RS256', rsa, signMessage(message))).toBe('invalid');
    });

    it('short padding before rubbish, the forgery against e = 3', () => {
      const message = new Uint8Array(256).fill(0x41);
      message.set([0, 1, ...new Uint8Array(8).fill(0xff), 0, ...info]);
      expect(verify('RS256', rsa, signMessage(message), { digest: { algorithm: 'SHA-256', value } })).toBe('invalid');
    });
  });

  it('agrees with node-forge and node:crypto over content, whatever bit is flipped', () => {
    const key = forge.pki.publicKeyFromPem(rsa.publicKey.export({ format: 'pem', type: 'spki' }) as string);
    const signature = sign('sha256', content, rsa.privateKey);
    const digest = digestOf('SHA-256');
    const binary = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');
    const forgeSays = (octets: Uint8Array): boolean => {
      try {
        return key.verify(binary(digest.value), binary(octets));
      } catch {
        return false;
      }
    };
    let accepted = 0;
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 2047 }), (bit) => {
        const octets = Uint8Array.from(signature);
        if (bit >= 0) octets[bit >> 3] = (octets[bit >> 3] as number) ^ (1 << (bit & 7));
        const ours = verify('RS256', rsa, octets, { digest }) === 'valid';
        expect(ours).toBe(forgeSays(octets));
        expect(ours).toBe(verify('RS256', rsa, octets) === 'valid');
        if (ours) accepted += 1;
      }),
      { numRuns: 40, examples: [[-1]] },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('encodeMessage', () => {
  it.each([
    ['SHA-1', '3021300906052b0e03021a05000414'],
    ['SHA-256', '3031300d060960864801650304020105000420'],
    ['SHA-384', '3041300d060960864801650304020205000430'],
    ['SHA-512', '3051300d060960864801650304020305000440'],
  ] as const)('writes the DigestInfo prefix of %s (RFC 8017 §9.2 note 1)', (hash, prefix) => {
    const { value } = digestOf(hash);
    expect(Buffer.from(encodeDigestInfo(hash, value)).toString('hex')).toBe(
      prefix + Buffer.from(value).toString('hex'),
    );
  });

  it('leaves at least eight octets of padding', () => {
    const { value } = digestOf('SHA-256');
    expect(encodeMessage('SHA-256', value, 62)?.length).toBe(62);
    expect(encodeMessage('SHA-256', value, 61)).toBeUndefined();
  });
});

it('isJwaAlgorithm knows eight names, and no property of an object', () => {
  const names = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384'];
  expect(names.every(isJwaAlgorithm)).toBe(true);
  expect(['ES512', 'HS256', 'none', 'constructor', 'toString', ''].some(isJwaAlgorithm)).toBe(false);
});
