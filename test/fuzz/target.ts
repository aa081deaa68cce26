import { readdirSync } from 'node:fs';
import type { CryptoPrimitives } from '../../src/core/crypto.ts';
import { encodeNull, encodeObjectIdentifier, encodeSequence } from '../../src/core/der/writer.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { readFixture } from '../fixtures.ts';
import type { Signing } from './generate/parts.ts';
import type { Mutation } from './mutate.ts';
import type { Random } from './random.ts';

/** Something that reads octets from strangers. */
export interface Target {
  readonly name: string;
  readonly seeds: () => readonly Uint8Array[];
  /** A new valid input, made after the grammar. */
  readonly generate: (random: Random) => Uint8Array;
  /**
   * Reads the octets, and does with what was read what a verification would. Tells in a few words what it saw, which
   * guides the search. Throws DecodeError where the octets are refused; anything else that it throws is a finding.
   */
  readonly run: (octets: Uint8Array) => string;
  /** How inputs are changed, where they are no DER. */
  readonly mutate?: Mutation;
}

/** Larger seeds cost more time than they find. */
const MAX_SEED_SIZE = 8 * 1024;

export function fixturesNamed(pattern: RegExp): readonly Uint8Array[] {
  const directory = new URL('../../fixtures/certs/', import.meta.url);
  const names = readdirSync(directory).filter((name) => pattern.test(name));
  return names.map(readFixture).filter(({ length }) => length <= MAX_SEED_SIZE);
}

/** Every signature verifies: so that what lies behind the signature is reached by mutants too. */
export const credulousCrypto: CryptoPrimitives = {
  digest: nodeCrypto.digest,
  verifySignature: () => true,
  recoverRsa: (_, signature) => signature,
};

const leaf = decodeCertificate(readFixture('leaf-digital-signature.crt'));

/** sha256WithRSAEncryption by nobody. */
export const dummySigning: Signing = {
  algorithm: encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.11'), encodeNull()),
  spki: leaf.subjectPublicKeyInfo.der,
  sign: () => leaf.signature,
};
