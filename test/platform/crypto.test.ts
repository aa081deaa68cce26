import { constants, privateEncrypt, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { newEcKey, newRsaKey } from '../core/signature/keys.ts';

const rsa = newRsaKey();
const ec = newEcKey('P-256');
const data = Uint8Array.from(Buffer.from('data'));
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const RSA_SHA256 = { scheme: 'rsassa-pkcs1-v1_5', hash: 'SHA-256' } as const;
const ECDSA_SHA256 = { scheme: 'ecdsa', hash: 'SHA-256' } as const;

describe('digest', () => {
  it.each([
    ['SHA-1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA-384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'SHA-512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('%s of "abc" (FIPS 180-4)', (algorithm, expected) => {
    expect(hex(nodeCrypto.digest(algorithm, Uint8Array.of(0x61, 0x62, 0x63)))).toBe(expected);
  });
});

describe('verifySignature', () => {
  it('verifies with views into larger buffers', () => {
    const signature = sign('sha256', data, rsa.privateKey);
    const buffer = Uint8Array.of(9, ...rsa.spki.der, ...data, ...signature, 9);
    const spki = buffer.subarray(1, 1 + rsa.spki.der.length);
    const message = buffer.subarray(1 + spki.length, 1 + spki.length + data.length);
    const value = buffer.subarray(1 + spki.length + data.length, buffer.length - 1);
    expect(nodeCrypto.verifySignature(RSA_SHA256, spki, message, value)).toBe(true);
    expect(nodeCrypto.verifySignature(RSA_SHA256, spki, message.subarray(1), value)).toBe(false);
  });

  it('sees that the octets behind a known view have changed', () => {
    const signature = sign('sha256', data, rsa.privateKey);
    const other = newRsaKey();
    const reused = Uint8Array.from(rsa.spki.der);
    expect(nodeCrypto.verifySignature(RSA_SHA256, reused, data, signature)).toBe(true);
    reused.set(other.spki.der);
    expect(nodeCrypto.verifySignature(RSA_SHA256, reused, data, signature)).toBe(false);
    expect(nodeCrypto.verifySignature(RSA_SHA256, reused, data, sign('sha256', data, other.privateKey))).toBe(true);
  });

  it('takes every key for itself, however many came before and come again', () => {
    const keys = Array.from({ length: 20 }, () => newEcKey('P-256'));
    const signatures = keys.map(({ privateKey }) => sign('sha256', data, privateKey));
    const verified = (by: number, of: number): boolean =>
      nodeCrypto.verifySignature(ECDSA_SHA256, keys[by]?.spki.der as Uint8Array, data, signatures[of] as Uint8Array);
    for (let turn = 0; turn < 3; turn++) {
      for (let i = 0; i < keys.length; i++) {
        expect(verified(0, 0)).toBe(true);
        expect(verified(i, i)).toBe(true);
        expect(verified(i, (i + 1) % keys.length)).toBe(false);
      }
    }
  });

  it('answers false, and throws nothing, for keys and signatures that are none', () => {
    const signature = sign('sha256', data, rsa.privateKey);
    const nothing = new Uint8Array();
    expect(nodeCrypto.verifySignature(RSA_SHA256, nothing, data, signature)).toBe(false);
    expect(nodeCrypto.verifySignature(RSA_SHA256, rsa.spki.der.subarray(1), data, signature)).toBe(false);
    expect(nodeCrypto.verifySignature(RSA_SHA256, rsa.spki.der, data, nothing)).toBe(false);
    expect(nodeCrypto.verifySignature(ECDSA_SHA256, ec.spki.der, data, nothing)).toBe(false);
    expect(nodeCrypto.verifySignature(ECDSA_SHA256, rsa.spki.der, data, signature)).toBe(false);
    expect(nodeCrypto.verifySignature(RSA_SHA256, ec.spki.der, data, sign('sha256', data, ec.privateKey))).toBe(false);
  });

  it('PSS: another hash in the mask is not offered, so not verified', () => {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha256', data, { key: rsa.privateKey, padding, saltLength: 32 });
    const scheme = { scheme: 'rsassa-pss', hash: 'SHA-256', saltLength: 32 } as const;
    expect(nodeCrypto.verifySignature({ ...scheme, mgfHash: 'SHA-256' }, rsa.spki.der, data, signature)).toBe(true);
    expect(nodeCrypto.verifySignature({ ...scheme, mgfHash: 'SHA-1' }, rsa.spki.der, data, signature)).toBe(false);
  });
});

describe('recoverRsa', () => {
  it('gives back the whole block', () => {
    const block = new Uint8Array(256).fill(7);
    block[0] = 0;
    const signature = privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, block);
    expect(nodeCrypto.recoverRsa(rsa.spki.der, signature)).toEqual(block);
  });

  it('is undefined for other keys, lengths and values', () => {
    expect(nodeCrypto.recoverRsa(ec.spki.der, new Uint8Array(256))).toBeUndefined();
    expect(nodeCrypto.recoverRsa(new Uint8Array(), new Uint8Array(256))).toBeUndefined();
    expect(nodeCrypto.recoverRsa(rsa.spki.der, new Uint8Array(257))).toBeUndefined();
    expect(nodeCrypto.recoverRsa(rsa.spki.der, new Uint8Array(256).fill(0xff))).toBeUndefined();
  });
});
