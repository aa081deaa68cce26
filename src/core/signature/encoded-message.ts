import { concatBytes } from '../bytes.ts';
import type { HashAlgorithm } from '../crypto.ts';
import { encodeNull, encodeObjectIdentifier, encodeOctetString, encodeSequence } from '../der/writer.ts';
import { HASH_OID } from '../x509/hash-algorithm.ts';

/** DigestInfo (RFC 8017 §9.2): the AlgorithmIdentifier with parameters NULL, the digest. */
export function encodeDigestInfo(hash: HashAlgorithm, digest: Uint8Array): Uint8Array {
  const algorithm = encodeSequence(encodeObjectIdentifier(HASH_OID[hash]), encodeNull());
  return encodeSequence(algorithm, encodeOctetString(digest));
}

/**
 * EMSA-PKCS1-v1_5 (RFC 8017 §9.2) of a digest: 00 01 FF…FF 00 DigestInfo, `length` octets (that of the modulus).
 * `undefined` when fewer than eight octets of padding would be left.
 */
export function encodeMessage(hash: HashAlgorithm, digest: Uint8Array, length: number): Uint8Array | undefined {
  const digestInfo = encodeDigestInfo(hash, digest);
  const padding = length - digestInfo.length - 3;
  if (padding < 8) return undefined;
  const fill = new Uint8Array(padding).fill(0xff);
  return concatBytes(Uint8Array.of(0, 1), fill, Uint8Array.of(0), digestInfo);
}
