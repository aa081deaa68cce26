import type { HashAlgorithm } from '../crypto.ts';
import type { DerValue } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readOctetString } from '../der/values.ts';
import { encodeNull, encodeObjectIdentifier, encodeOctetString, encodeSequence } from '../der/writer.ts';
import { decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { DIGEST_LENGTH, HASH_OID, selectHashAlgorithm } from '../x509/hash-algorithm.ts';

/** MessageImprint (RFC 3161 §2.4.1): the digest that is stamped. */
export interface MessageImprint {
  /** Undefined: one that we do not know. */
  readonly hashAlgorithm: HashAlgorithm | undefined;
  readonly hashedMessage: Uint8Array;
}

export type KnownImprint = MessageImprint & { readonly hashAlgorithm: HashAlgorithm };

export function encodeMessageImprint({ hashAlgorithm, hashedMessage }: KnownImprint): Uint8Array {
  const algorithm = encodeSequence(encodeObjectIdentifier(HASH_OID[hashAlgorithm]), encodeNull());
  return encodeSequence(algorithm, encodeOctetString(hashedMessage));
}

/** Throws DecodeError, also for a digest that is not as long as its algorithm's are. */
export function decodeMessageImprint(value: DerValue): MessageImprint {
  const fields = value.reader();
  const hashAlgorithm = selectHashAlgorithm(decodeAlgorithmIdentifier(fields.next(tags.SEQUENCE)));
  const hashedMessage = readOctetString(fields.next(tags.OCTET_STRING));
  fields.finish();
  if (hashAlgorithm !== undefined && hashedMessage.length !== DIGEST_LENGTH[hashAlgorithm])
    throw value.error('invalid-value', 'a digest of another length than its algorithm gives');
  return { hashAlgorithm, hashedMessage };
}
