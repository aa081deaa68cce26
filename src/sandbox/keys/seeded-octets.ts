import { createHash } from 'node:crypto';

/** An endless stream of octets from a seed, the same each time: SHA-256 over seed and counter. For pretend keys only. */
export function seededOctets(seed: string): (count: number) => Uint8Array {
  let counter = 0;
  let stock = Buffer.alloc(0);
  return (count) => {
    while (stock.length < count) {
      const block = createHash('sha256').update(`${seed}/${counter}`).digest();
      stock = Buffer.concat([stock, block]);
      counter += 1;
    }
    const taken = stock.subarray(0, count);
    stock = stock.subarray(count);
    return taken;
  };
}
