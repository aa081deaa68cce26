/** Half of it. */
export const truncated = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1);

/** The right length, but the second element's tag is one that DER does not have there. */
export function malformed(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set([0xde, 0xad, 0xbe, 0xef], Math.min(4, copy.length - 4));
  return copy;
}

export function lastBitFlipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] as number) ^ 1;
  return copy;
}
