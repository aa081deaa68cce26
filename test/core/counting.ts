import type { CryptoPrimitives } from '../../src/core/crypto.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';

/**
 * What hostile input makes the core do is held by counting it: of the time it takes, the machine and its other work decide
 * as much as the input.
 */
export interface CountingCrypto extends CryptoPrimitives {
  readonly counts: { verifications: number; digests: number };
}

export function createCountingCrypto(): CountingCrypto {
  const counts = { verifications: 0, digests: 0 };
  return {
    counts,
    digest: (algorithm, data) => {
      counts.digests += 1;
      return nodeCrypto.digest(algorithm, data);
    },
    verifySignature: (...question) => {
      counts.verifications += 1;
      return nodeCrypto.verifySignature(...question);
    },
    recoverRsa: (...question) => {
      counts.verifications += 1;
      return nodeCrypto.recoverRsa(...question);
    },
  };
}

/** The same object, `read` told whenever somebody reads that field of it. */
export function watchField<T extends object>(object: T, field: keyof T, read: () => void): T {
  return new Proxy(object, {
    get(target, key) {
      if (key === field) read();
      return Reflect.get(target, key);
    },
  });
}
