import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const comparisonKey = randomBytes(32);

/** Are the two the same? Takes the same time wherever they differ, and whatever their lengths: for secrets. */
export function secretsAreEqual(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(blind(one), blind(other));
}

const blind = (secret: string | Uint8Array): Buffer => createHmac('sha256', comparisonKey).update(secret).digest();
