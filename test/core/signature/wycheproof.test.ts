import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { HashAlgorithm } from '../../../src/core/crypto.ts';
import type { JwaAlgorithm } from '../../../src/core/signature/jwa-algorithm.ts';
import { type SignatureEncoding, verifyRawSignature } from '../../../src/core/signature/raw-signature.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { spkiFromDer } from './keys.ts';

const directory = join(process.env.CORPORA_DIR ?? '../shared/corpora', 'wycheproof');
const present = existsSync(join(directory, 'manifest.json'));

interface Vector {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}
interface Vectors {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly publicKeyDer: string; readonly tests: readonly Vector[] }[];
}

const FILES: readonly (readonly [string, JwaAlgorithm, SignatureEncoding, HashAlgorithm | undefined])[] = [
  ['ecdsa_secp256r1_sha256_p1363_test.json', 'ES256', 'p1363', undefined],
  ['ecdsa_secp256r1_sha256_test.json', 'ES256', 'der', undefined],
  ['ecdsa_secp384r1_sha384_p1363_test.json', 'ES384', 'p1363', undefined],
  ['ecdsa_secp384r1_sha384_test.json', 'ES384', 'der', undefined],
  ['rsa_pss_2048_sha256_mgf1_32_test.json', 'PS256', 'der', undefined],
  ['rsa_signature_2048_sha256_test.json', 'RS256', 'der', 'SHA-256'],
  ['rsa_signature_2048_sha384_test.json', 'RS384', 'der', 'SHA-384'],
  ['rsa_signature_2048_sha512_test.json', 'RS512', 'der', 'SHA-512'],
];

const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const load = (file: string): Vectors =>
  JSON.parse(readFileSync(join(directory, 'testvectors_v1', file), 'utf8')) as Vectors;

/** The ids on which we and the publisher differ; `acceptable` asserts nothing. `legacyAlgorithms` for keys with e = 3. */
function disagreements(vectors: Vectors, verify: (key: ReturnType<typeof spkiFromDer>, vector: Vector) => string) {
  const differing: number[] = [];
  let seen = 0;
  for (const group of vectors.testGroups) {
    const key = spkiFromDer(octets(group.publicKeyDer));
    for (const vector of group.tests) {
      seen += 1;
      if (vector.result !== 'acceptable' && verify(key, vector) !== vector.result) differing.push(vector.tcId);
    }
  }
  expect(seen).toBe(vectors.numberOfTests);
  return differing;
}

if (!present) {
  describe('Wycheproof', () => it.skip(`skipped: no corpus at ${directory} (set CORPORA_DIR)`, () => {}));
} else {
  describe.each(FILES)('Wycheproof %s', (file, algorithm, encoding, hash) => {
    const common = { algorithm, encoding, crypto: nodeCrypto, options: { legacyAlgorithms: true } };

    it('agrees on every vector over content', () => {
      const differing = disagreements(load(file), (key, { msg, sig }) =>
        verifyRawSignature({ ...common, key, signature: octets(sig), content: octets(msg) }),
      );
      expect(differing).toEqual([]);
    });

    if (hash !== undefined) {
      it('agrees on every vector over the digest', () => {
        const differing = disagreements(load(file), (key, { msg, sig }) => {
          const digest = { algorithm: hash, value: nodeCrypto.digest(hash, octets(msg)) };
          return verifyRawSignature({ ...common, key, signature: octets(sig), digest });
        });
        expect(differing).toEqual([]);
      });
    }
  });
}
