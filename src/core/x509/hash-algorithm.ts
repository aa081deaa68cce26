import type { HashAlgorithm } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readNull, readObjectIdentifier } from '../der/values.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';

/** Object identifiers of RFC 3279 §2.2.1 and RFC 5754 §2. */
export const HASH_OID: Readonly<Record<HashAlgorithm, string>> = {
  'SHA-1': '1.3.14.3.2.26',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
};

const BY_OID: ReadonlyMap<string, HashAlgorithm> = new Map(
  Object.entries(HASH_OID).map(([hash, oid]) => [oid, hash as HashAlgorithm]),
);

/** Octets of a digest. */
export const DIGEST_LENGTH: Readonly<Record<HashAlgorithm, number>> = {
  'SHA-1': 20,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
};

/** Parameters NULL or absent: both are to be accepted for SHA-1 and SHA-2 (RFC 4055 §2.1, RFC 5754 §2). */
export function parametersNullOrAbsent(parameters: Uint8Array | undefined): boolean {
  return parameters === undefined || (parameters.length === 2 && parameters[0] === tags.NULL && parameters[1] === 0);
}

/** The hash that an AlgorithmIdentifier names; `undefined` when it is none of ours or carries other parameters. */
export function selectHashAlgorithm(identifier: AlgorithmIdentifier): HashAlgorithm | undefined {
  return parametersNullOrAbsent(identifier.parameters) ? BY_OID.get(identifier.algorithm) : undefined;
}

/** Reads a hash AlgorithmIdentifier inside another structure; another algorithm is a DecodeError. */
export function decodeHashAlgorithm(element: DerElement): HashAlgorithm {
  const inside = element.reader();
  const hash = BY_OID.get(readObjectIdentifier(inside.next(tags.OBJECT_IDENTIFIER)));
  if (!inside.atEnd) readNull(inside.next(tags.NULL));
  inside.finish();
  if (hash === undefined) throw new DecodeError('invalid-value', element.start, 'not a hash function that is known');
  return hash;
}
