import { constants, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CryptoPrimitives, SignatureScheme } from '../../../src/core/crypto.ts';
import { encodeElement, encodeNull, encodeObjectIdentifier, encodeSequence } from '../../../src/core/der/writer.ts';
import { constrainAlgorithm, selectSignatureScheme, verifySigned } from '../../../src/core/x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../../../src/core/x509/algorithm-identifier.ts';
import type { PublicKeyFacts } from '../../../src/core/x509/subject-public-key-info.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { newEcKey, newRsaKey } from '../signature/keys.ts';

const RSA: PublicKeyFacts = { type: 'rsa', modulusBits: 2048, publicExponent: 65537n };
const P256: PublicKeyFacts = { type: 'ec', curve: 'P-256' };
const P384: PublicKeyFacts = { type: 'ec', curve: 'P-384' };
const ED25519: PublicKeyFacts = { type: 'other', algorithm: '1.3.101.112' };
const NULL = encodeNull();

const SHA1 = '1.3.14.3.2.26';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHA384 = '2.16.840.1.101.3.4.2.2';
const SHA512 = '2.16.840.1.101.3.4.2.3';
const MGF1 = '1.2.840.113549.1.1.8';
const PSS = '1.2.840.113549.1.1.10';

const identifier = (algorithm: string, parameters?: Uint8Array): AlgorithmIdentifier => ({
  algorithm,
  parameters,
  der: encodeSequence(encodeObjectIdentifier(algorithm), parameters ?? new Uint8Array()),
});
const explicit = (n: number, inside: Uint8Array): Uint8Array => encodeElement(0xa0 | n, inside);
const integer = (...octets: number[]): Uint8Array => encodeElement(2, Uint8Array.from(octets));
const mask = (hash: string): Uint8Array =>
  explicit(1, encodeSequence(encodeObjectIdentifier(MGF1), identifier(hash, NULL).der));
const pssFor = (hash: string, salt: number): Uint8Array =>
  encodeSequence(explicit(0, identifier(hash, NULL).der), mask(hash), explicit(2, integer(salt)));

describe('selectSignatureScheme', () => {
  it.each([
    ['1.2.840.113549.1.1.5', 'SHA-1'],
    ['1.2.840.113549.1.1.11', 'SHA-256'],
    ['1.2.840.113549.1.1.12', 'SHA-384'],
    ['1.2.840.113549.1.1.13', 'SHA-512'],
  ])('%s is PKCS#1 v1.5 with %s, parameters NULL or absent', (oid, hash) => {
    const expected = { ok: true, scheme: { scheme: 'rsassa-pkcs1-v1_5', hash } };
    expect(selectSignatureScheme(identifier(oid, NULL), RSA)).toEqual(expected);
    expect(selectSignatureScheme(identifier(oid), RSA)).toEqual(expected);
  });

  it.each([
    ['1.2.840.10045.4.1', 'SHA-1'],
    ['1.2.840.10045.4.3.2', 'SHA-256'],
    ['1.2.840.10045.4.3.3', 'SHA-384'],
    ['1.2.840.10045.4.3.4', 'SHA-512'],
  ])('%s is ECDSA with %s on either curve, parameters absent alone', (oid, hash) => {
    const expected = { ok: true, scheme: { scheme: 'ecdsa', hash } };
    expect(selectSignatureScheme(identifier(oid), P256)).toEqual(expected);
    expect(selectSignatureScheme(identifier(oid), P384)).toEqual(expected);
    const refusal = { ok: false, reason: 'malformed-parameters' };
    expect(selectSignatureScheme(identifier(oid, NULL), P256)).toEqual(refusal);
  });

  it.each([
    ['an empty SEQUENCE', encodeSequence()],
    ['a NULL with contents', Uint8Array.of(5, 1, 0)],
    ['nothing at all', new Uint8Array()],
  ])('refuses RSA parameters that are %s', (_, parameters) => {
    const refusal = { ok: false, reason: 'malformed-parameters' };
    expect(selectSignatureScheme(identifier('1.2.840.113549.1.1.11', parameters), RSA)).toEqual(refusal);
  });

  it.each([
    ['md5WithRSAEncryption', '1.2.840.113549.1.1.4'],
    ['sha224WithRSAEncryption', '1.2.840.113549.1.1.14'],
    ['rsaEncryption', '1.2.840.113549.1.1.1'],
    ['ecdsa-with-SHA224', '1.2.840.10045.4.3.1'],
    ['Ed25519', '1.3.101.112'],
  ])('does not know %s', (_, oid) => {
    const refusal = { ok: false, reason: 'unsupported-algorithm' };
    expect(selectSignatureScheme(identifier(oid, NULL), RSA)).toEqual(refusal);
  });

  it.each([
    ['RSA algorithm, EC key', identifier('1.2.840.113549.1.1.11', NULL), P256],
    ['ECDSA algorithm, RSA key', identifier('1.2.840.10045.4.3.2'), RSA],
    ['PSS algorithm, EC key', identifier(PSS, pssFor(SHA256, 32)), P256],
  ])('sees a mismatch: %s', (_, algorithm, key) => {
    expect(selectSignatureScheme(algorithm, key)).toEqual({ ok: false, reason: 'key-mismatch' });
  });

  it.each([
    ['RSA', identifier('1.2.840.113549.1.1.11', NULL)],
    ['RSASSA-PSS', identifier(PSS, pssFor(SHA256, 32))],
    ['ECDSA', identifier('1.2.840.10045.4.3.2')],
  ])('%s with a key of a kind that we cannot use (P-521, bound to PSS) is not supported, not wrong', (_, algorithm) => {
    expect(selectSignatureScheme(algorithm, ED25519)).toEqual({ ok: false, reason: 'unsupported-algorithm' });
  });
});

describe('RSASSA-PSS parameters', () => {
  const select = (parameters?: Uint8Array) => selectSignatureScheme(identifier(PSS, parameters), RSA);
  const pss = (hash: string, mgfHash: string, saltLength: number) => ({
    ok: true,
    scheme: { scheme: 'rsassa-pss', hash, mgfHash, saltLength },
  });

  it('reads hash, mask and salt length', () => {
    expect(select(pssFor(SHA256, 32))).toEqual(pss('SHA-256', 'SHA-256', 32));
    expect(select(pssFor(SHA384, 48))).toEqual(pss('SHA-384', 'SHA-384', 48));
    expect(select(pssFor(SHA512, 0))).toEqual(pss('SHA-512', 'SHA-512', 0));
  });

  it('takes the DEFAULTs for what is absent, each for itself', () => {
    expect(select(encodeSequence())).toEqual(pss('SHA-1', 'SHA-1', 20));
    expect(select(encodeSequence(explicit(0, identifier(SHA256, NULL).der)))).toEqual(pss('SHA-256', 'SHA-1', 20));
    expect(select(encodeSequence(mask(SHA256)))).toEqual(pss('SHA-1', 'SHA-256', 20));
    expect(select(encodeSequence(explicit(2, integer(32))))).toEqual(pss('SHA-1', 'SHA-1', 32));
  });

  it('accepts defaults that are written out (RFC 4055 §3.1)', () => {
    const written = encodeSequence(
      explicit(0, identifier(SHA1, NULL).der),
      mask(SHA1),
      explicit(2, integer(20)),
      explicit(3, integer(1)),
    );
    expect(select(written)).toEqual(pss('SHA-1', 'SHA-1', 20));
  });

  it.each<[string, Uint8Array | undefined]>([
    ['absent', undefined],
    ['NULL', NULL],
    ['trailerField 2', encodeSequence(explicit(3, integer(2)))],
    ['negative salt length', encodeSequence(explicit(2, integer(0xff)))],
    ['salt length in too many octets', encodeSequence(explicit(2, integer(0, 32)))],
    ['two salt lengths', encodeSequence(explicit(2, integer(32)), explicit(2, integer(32)))],
    ['wrong order', encodeSequence(explicit(2, integer(32)), explicit(0, identifier(SHA256, NULL).der))],
    ['unknown hash', encodeSequence(explicit(0, identifier('1.2.3', NULL).der))],
    ['hash with parameters', encodeSequence(explicit(0, identifier(SHA256, integer(1)).der))],
    ['another mask', encodeSequence(explicit(1, encodeSequence(encodeObjectIdentifier('1.2.3'))))],
    ['MGF1 without a hash', encodeSequence(explicit(1, encodeSequence(encodeObjectIdentifier(MGF1))))],
    ['trailing octets', Uint8Array.of(...pssFor(SHA256, 32), 0)],
  ])('refuses parameters: %s', (_, parameters) => {
    expect(select(parameters)).toEqual({ ok: false, reason: 'malformed-parameters' });
  });
});

describe('constrainAlgorithm', () => {
  const pkcs1: SignatureScheme = { scheme: 'rsassa-pkcs1-v1_5', hash: 'SHA-256' };
  const rsa = (modulusBits: number, publicExponent = 65537n): PublicKeyFacts => ({
    type: 'rsa',
    modulusBits,
    publicExponent,
  });
  const legacy = { legacyAlgorithms: true };

  it.each([
    [2047, 'rsa-modulus'],
    [2048, 'accepted'],
    [3072, 'accepted'],
    [4096, 'accepted'],
    [4097, 'rsa-modulus'],
  ])('RSA of %i bits: %s', (bits, expected) => {
    expect(constrainAlgorithm(pkcs1, rsa(bits))).toBe(expected);
  });

  it.each([
    [1n, 'rsa-exponent'],
    [3n, 'rsa-exponent'],
    [65535n, 'rsa-exponent'],
    [65536n, 'rsa-exponent'],
    [65537n, 'accepted'],
    [65538n, 'rsa-exponent'],
    [(1n << 256n) - 1n, 'accepted'],
    [(1n << 256n) + 1n, 'rsa-exponent'],
  ])('public exponent %s: %s', (exponent, expected) => {
    expect(constrainAlgorithm(pkcs1, rsa(2048, exponent))).toBe(expected);
  });

  it.each([['rsassa-pkcs1-v1_5', RSA] as const, ['ecdsa', P256] as const])(
    '%s with SHA-1 is refused',
    (scheme, key) => {
      expect(constrainAlgorithm({ scheme, hash: 'SHA-1' }, key)).toBe('sha-1');
      expect(constrainAlgorithm({ scheme, hash: 'SHA-1' }, key, legacy)).toBe('accepted');
    },
  );

  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('ECDSA with %s is accepted on both curves', (hash) => {
    expect(constrainAlgorithm({ scheme: 'ecdsa', hash }, P256)).toBe('accepted');
    expect(constrainAlgorithm({ scheme: 'ecdsa', hash }, P384)).toBe('accepted');
  });

  it('PSS masks with the hash of the message', () => {
    const scheme = { scheme: 'rsassa-pss', hash: 'SHA-256', saltLength: 32 } as const;
    expect(constrainAlgorithm({ ...scheme, mgfHash: 'SHA-256' }, RSA)).toBe('accepted');
    expect(constrainAlgorithm({ ...scheme, mgfHash: 'SHA-512' }, RSA)).toBe('pss-mask');
    expect(constrainAlgorithm({ ...scheme, mgfHash: 'SHA-512' }, RSA, legacy)).toBe('pss-mask');
  });

  it('legacy admits small keys and e = 3, never e = 1 or an even one', () => {
    expect(constrainAlgorithm(pkcs1, rsa(512, 3n), legacy)).toBe('accepted');
    expect(constrainAlgorithm(pkcs1, rsa(511, 3n), legacy)).toBe('rsa-modulus');
    expect(constrainAlgorithm(pkcs1, rsa(2048, 1n), legacy)).toBe('rsa-exponent');
    expect(constrainAlgorithm(pkcs1, rsa(2048, 4n), legacy)).toBe('rsa-exponent');
  });

  it('asks for the kind of key', () => {
    expect(constrainAlgorithm(pkcs1, P256)).toBe('key-type');
    expect(constrainAlgorithm({ scheme: 'ecdsa', hash: 'SHA-256' }, RSA)).toBe('key-type');
    expect(constrainAlgorithm({ scheme: 'ecdsa', hash: 'SHA-256' }, ED25519)).toBe('key-type');
  });
});

describe('verifySigned', () => {
  const rsaKey = newRsaKey();
  const p256 = newEcKey('P-256');
  const p384 = newEcKey('P-384');
  const data = Uint8Array.from(Buffer.from('to be signed'));
  const verify = (algorithm: AlgorithmIdentifier, signer: typeof rsaKey, signature: Uint8Array, octets = data) =>
    verifySigned(nodeCrypto, algorithm, signer.spki, octets, signature);
  const node = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;

  it.each([
    ['1.2.840.113549.1.1.11', 'SHA-256'],
    ['1.2.840.113549.1.1.12', 'SHA-384'],
    ['1.2.840.113549.1.1.13', 'SHA-512'],
  ] as const)('verifies %s', (oid, hash) => {
    const signature = sign(node[hash], data, rsaKey.privateKey);
    expect(verify(identifier(oid, NULL), rsaKey, signature)).toBe('valid');
    expect(verify(identifier(oid, NULL), rsaKey, signature, Uint8Array.of(...data, 0))).toBe('invalid');
  });

  it.each([
    ['1.2.840.10045.4.3.2', 'SHA-256'],
    ['1.2.840.10045.4.3.3', 'SHA-384'],
    ['1.2.840.10045.4.3.4', 'SHA-512'],
  ] as const)('verifies %s on both curves', (oid, hash) => {
    for (const key of [p256, p384]) {
      const signature = sign(node[hash], data, key.privateKey);
      expect(verify(identifier(oid), key, signature)).toBe('valid');
      expect(verify(identifier(oid), key, signature, Uint8Array.of(...data, 0))).toBe('invalid');
    }
    expect(verify(identifier(oid), p384, sign(node[hash], data, p256.privateKey))).toBe('invalid');
  });

  it('verifies PSS with the salt length that its parameters name, and no other', () => {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    for (const saltLength of [0, 20, 32, 190]) {
      const signature = sign('sha256', data, { key: rsaKey.privateKey, padding, saltLength });
      const two = saltLength > 127 ? integer(0, saltLength) : integer(saltLength);
      const parameters = encodeSequence(explicit(0, identifier(SHA256).der), mask(SHA256), explicit(2, two));
      expect(verify(identifier(PSS, parameters), rsaKey, signature)).toBe('valid');
      expect(verify(identifier(PSS, pssFor(SHA256, 33)), rsaKey, signature)).toBe('invalid');
    }
  });

  it('does not look at what is not allowed', () => {
    const never: CryptoPrimitives = {
      ...nodeCrypto,
      verifySignature: () => {
        throw new Error('asked');
      },
    };
    const small = newRsaKey(1024);
    const signature = sign('sha1', data, rsaKey.privateKey);
    const sha1 = identifier('1.2.840.113549.1.1.5', NULL);
    expect(verifySigned(never, sha1, rsaKey.spki, data, signature)).toBe('not-allowed');
    const sha256 = identifier('1.2.840.113549.1.1.11', NULL);
    expect(verifySigned(never, sha256, small.spki, data, sign('sha256', data, small.privateKey))).toBe('not-allowed');
    expect(verifySigned(never, identifier('1.2.3'), rsaKey.spki, data, signature)).toBe('not-allowed');
    const legacy = { legacyAlgorithms: true };
    expect(verifySigned(nodeCrypto, sha1, rsaKey.spki, data, signature, legacy)).toBe('valid');
  });

  it('a key of another kind made no such signature', () => {
    const signature = sign('sha256', data, rsaKey.privateKey);
    expect(verify(identifier('1.2.840.113549.1.1.11', NULL), p256, signature)).toBe('invalid');
    expect(verify(identifier('1.2.840.10045.4.3.2'), rsaKey, signature)).toBe('invalid');
  });

  it('wants an RSA signature exactly as long as the modulus', () => {
    const signature = sign('sha256', data, rsaKey.privateKey);
    const sha256 = identifier('1.2.840.113549.1.1.11', NULL);
    expect(verify(sha256, rsaKey, Uint8Array.of(0, ...signature))).toBe('invalid');
    expect(verify(sha256, rsaKey, signature.subarray(1))).toBe('invalid');
    expect(verify(sha256, rsaKey, new Uint8Array())).toBe('invalid');
  });

  it('sees a malformed signature itself, whatever a library would say', () => {
    const lenient: CryptoPrimitives = { ...nodeCrypto, verifySignature: () => true };
    const rsaSha256 = identifier('1.2.840.113549.1.1.11', NULL);
    const ecdsaSha256 = identifier('1.2.840.10045.4.3.2');
    expect(verifySigned(lenient, rsaSha256, rsaKey.spki, data, new Uint8Array(256))).toBe('valid');
    expect(verifySigned(lenient, rsaSha256, rsaKey.spki, data, new Uint8Array(255))).toBe('invalid');
    expect(verifySigned(lenient, rsaSha256, rsaKey.spki, data, new Uint8Array(257))).toBe('invalid');
    const one = integer(1);
    expect(verifySigned(lenient, ecdsaSha256, p256.spki, data, encodeSequence(one, one))).toBe('valid');
    expect(verifySigned(lenient, ecdsaSha256, p256.spki, data, encodeSequence(one, integer(0)))).toBe('invalid');
    expect(verifySigned(lenient, ecdsaSha256, p256.spki, data, encodeSequence(one, integer(0, 1)))).toBe('invalid');
  });
});
