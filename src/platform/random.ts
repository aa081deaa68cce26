import { randomFillSync } from 'node:crypto';

const STORE_OCTETS = 4096;
const store = Buffer.alloc(STORE_OCTETS);
let used = STORE_OCTETS;

/**
 * A few octets of the system's generator, for ids and nonces: drawn many at a time, because each draw costs more than what
 * it fetches. Given out once; a copy, which the caller owns. For keys draw from node:crypto itself.
 */
export function takeRandom(length: number): Buffer {
  if (used + length > STORE_OCTETS) {
    randomFillSync(store);
    used = 0;
  }
  const taken = Buffer.from(store.subarray(used, used + length));
  store.fill(0, used, used + length);
  used += length;
  return taken;
}
