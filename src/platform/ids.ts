import { takeRandom } from './random.ts';

/** Prefixes of the ids that leave the service (api.md). */
export type IdPrefix = 'ver' | 'sub' | 'crt' | 'chl' | 'con' | 'job' | 'evt' | 'whk' | 'req' | 'cli' | 'att';

/** Crockford's alphabet in lower case: no i, l, o, u; in the order of ASCII, so that text sorts as the number does. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 26;
const BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** 74 random bits of the last id made within `lastMs`: a further one of the same millisecond counts on from there. */
let lastMs = -1;
let lastRandom = 0n;

/**
 * `prefix_` and a UUIDv7 (RFC 9562 §5.7) in base32: sorted by time (`now`, milliseconds), and by order of making within a
 * millisecond of this process.
 */
export function newId(prefix: IdPrefix, now: number): string {
  const milliseconds = BigInt(Math.floor(now));
  const random = now === lastMs ? lastRandom + 1n + BigInt(takeRandom(4).readUInt32BE()) : newRandom();
  lastMs = now;
  lastRandom = random;
  const high = (milliseconds << 16n) | (0x7n << 12n) | (random >> 62n);
  const low = (0b10n << 62n) | (random & ((1n << 62n) - 1n));
  return `${prefix}_${encode((high << 64n) | low)}`;
}

/** Has the text the shape of such an id? */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && BODY.test(text.slice(prefix.length + 1));
}

/** The highest of the 74 bits starts as zero: room to count on without reaching the time. */
function newRandom(): bigint {
  return BigInt(`0x${takeRandom(10).toString('hex')}`) & ((1n << 73n) - 1n);
}

function encode(value: bigint): string {
  let text = '';
  // By numbers of 25 bits: arithmetic on a bigint for each digit costs several times as much.
  for (let rest = value; text.length < LENGTH; rest >>= 25n) {
    let five = Number(rest & 0x1ffffffn);
    for (let digit = 0; digit < 5 && text.length < LENGTH; digit++, five >>= 5) text = ALPHABET[five & 31] + text;
  }
  return text;
}
