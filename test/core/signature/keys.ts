import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readDer } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { readOctetAlignedBitString } from '../../../src/core/der/values.ts';
import type { PublicKeyFacts, SubjectPublicKeyInfo } from '../../../src/core/x509/subject-public-key-info.ts';

/** Key pairs for signing in tests, and their public halves in the form that the core takes, told by node:crypto. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spki: SubjectPublicKeyInfo;
}

export function spkiOf(publicKey: KeyObject): SubjectPublicKeyInfo {
  const der = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const inside = readDer(der, 65536, tags.SEQUENCE).reader();
  const algorithm = inside.next(tags.SEQUENCE);
  return {
    der,
    algorithm: { algorithm: '', parameters: undefined, der: algorithm.der },
    subjectPublicKey: readOctetAlignedBitString(inside.next(tags.BIT_STRING)),
    key: factsOf(publicKey),
  };
}

export function spkiFromDer(der: Uint8Array): SubjectPublicKeyInfo {
  return spkiOf(createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
}

function factsOf({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): PublicKeyFacts {
  if (asymmetricKeyType === 'rsa') {
    return { type: 'rsa', modulusBits: details?.modulusLength ?? 0, publicExponent: details?.publicExponent ?? 0n };
  }
  if (details?.namedCurve === 'prime256v1') return { type: 'ec', curve: 'P-256' };
  if (details?.namedCurve === 'secp384r1') return { type: 'ec', curve: 'P-384' };
  return { type: 'other', algorithm: String(asymmetricKeyType) };
}

const pair = ({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): KeyPair => ({
  privateKey,
  publicKey,
  spki: spkiOf(publicKey),
});

export const newRsaKey = (modulusLength = 2048, publicExponent = 65537): KeyPair =>
  pair(generateKeyPairSync('rsa', { modulusLength, publicExponent }));

export const newEcKey = (namedCurve: 'P-256' | 'P-384' | 'P-521'): KeyPair =>
  pair(generateKeyPairSync('ec', { namedCurve }));
