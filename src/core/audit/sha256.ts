/** SHA-256, handed in: synchronous, 32 octets. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

export const HASH_OCTETS = 32;
