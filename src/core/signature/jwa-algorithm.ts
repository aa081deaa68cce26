import type { HashAlgorithm, SignatureScheme } from '../crypto.ts';
import { DIGEST_LENGTH } from '../x509/hash-algorithm.ts';
import type { PublicKeyFacts } from '../x509/subject-public-key-info.ts';

/** Names of RFC 7518 §3.1, for signatures that stand alone over content. */
export type JwaAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384';

const HASH: Readonly<Record<JwaAlgorithm, HashAlgorithm>> = {
  RS256: 'SHA-256',
  RS384: 'SHA-384',
  RS512: 'SHA-512',
  PS256: 'SHA-256',
  PS384: 'SHA-384',
  PS512: 'SHA-512',
  ES256: 'SHA-256',
  ES384: 'SHA-384',
};

export function isJwaAlgorithm(name: string): name is JwaAlgorithm {
  return Object.hasOwn(HASH, name);
}

/** The hash that the algorithm takes of the content. */
export function hashOf(algorithm: JwaAlgorithm): HashAlgorithm {
  return HASH[algorithm];
}

/** Whether a signature can be verified over a digest given instead of the content: PKCS#1 v1.5 alone. */
export function digestSuffices(algorithm: JwaAlgorithm): boolean {
  return algorithm.startsWith('RS');
}

/** The scheme for that key; `undefined` when the algorithm is not for such a key. */
export function selectJwaScheme(algorithm: JwaAlgorithm, key: PublicKeyFacts): SignatureScheme | undefined {
  const hash = HASH[algorithm];
  switch (algorithm) {
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return key.type === 'rsa' ? { scheme: 'rsassa-pkcs1-v1_5', hash } : undefined;
    case 'PS256':
    case 'PS384':
    case 'PS512':
      // RFC 7518 §3.5: MGF1 with the same hash, the salt as long as the hash.
      return key.type === 'rsa'
        ? { scheme: 'rsassa-pss', hash, mgfHash: hash, saltLength: DIGEST_LENGTH[hash] }
        : undefined;
    // RFC 7518 §3.4: the name binds the curve as well.
    case 'ES256':
      return key.type === 'ec' && key.curve === 'P-256' ? { scheme: 'ecdsa', hash } : undefined;
    case 'ES384':
      return key.type === 'ec' && key.curve === 'P-384' ? { scheme: 'ecdsa', hash } : undefined;
  }
}
