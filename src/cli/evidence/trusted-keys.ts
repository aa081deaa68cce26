import { keyIdOf } from '../../core/audit/seal.ts';
import type { SealKey } from '../../core/audit/trail.ts';
import { hasShape, type Shape } from '../../core/evidence/json-shape.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import { decodeBase64 } from './read-package.ts';

/** A public key that whoever verifies trusts to seal, with the time in which it did. */
export type TrustedKey = Pick<SealKey, 'keyId' | 'validFrom' | 'validUntil'>;

const SHAPE: Shape = {
  object: {
    keys: {
      list: { object: { publicKey: 'string', validFrom: 'instant', validUntil: { nullable: 'instant' } } },
    },
  },
};

interface KeysDocument {
  readonly keys: readonly {
    readonly publicKey: string;
    readonly validFrom: string;
    readonly validUntil: string | null;
  }[];
}

/** The keys of an answer of `GET /jpki/audit-seals`; undefined for what is none. */
export function decodeTrustedKeys(text: string): readonly SealKey[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!hasShape(document, SHAPE)) return undefined;
  return (document as KeysDocument).keys.map(({ publicKey, validFrom, validUntil }) => {
    const spki = decodeBase64(publicKey) ?? new Uint8Array();
    return {
      ...{ keyId: keyIdOf(auditCrypto.sha256, spki), spki, validFrom: Date.parse(validFrom) },
      validUntil: validUntil === null ? null : Date.parse(validUntil),
    };
  });
}

/** `at`: when it sealed; null where that is not told. */
export function isTrustedKey(
  keys: readonly TrustedKey[],
  { keyId }: { readonly keyId: string },
  at: number | null,
): boolean {
  return keys.some(
    (key) =>
      key.keyId === keyId &&
      (at === null || (at >= key.validFrom && (key.validUntil === null || at <= key.validUntil))),
  );
}
