import { takeRandom } from './random.ts';

/** Prefixes of the ids that leave the service (api.md). */
export type IdPrefix =
  | 'ver'
  | 'sub'
  | 'crt'
  | 'chl'
  | 'con'
  | 'job'
  | 'evt'
  | 'whk'
  | 'req'
  | 'cli'
  | 'key'
  | 'rot'
  | 'att'
  | 'aud'
  | 'hld'
  | 'del';

/** Crockford's alphabet in lower case: no i, l, o, u; in the order of ASCII, so that text sorts as the number does. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Every two digits, by their ten bits: an id is thirteen of them, and its 128 bits behind two zeros. */
const PAIRS = Array.from(
  { length: 1024 },
  (_, bits) => `${ALPHABET.charAt(bits >> 5)}${ALPHABET.charAt(bits & 31)}` as const,
);
const pair = (bits: number): string => PAIRS[bits & 1023] as string;

/** The 74 random bits of the last id, in numbers; a bigint costs several times as much. */
const random = { top14: 0, middle20: 0, low40: 0 };
let lastMs = -1;
let lastTime = '';

/**
 * `prefix_` and a UUIDv7 (RFC 9562 §5.7) in base32: sorted by time (`now`, milliseconds), and by order of making within a
 * millisecond of this process.
 */
export function newId(prefix: IdPrefix, now: number): string {
  if (now === lastMs) countOn();
  else {
    drawRandom();
    lastMs = now;
    lastTime = encodeTime(Math.floor(now));
  }
  const { top14, middle20, low40 } = random;
  const [first, second] = [Math.floor(low40 / 2 ** 20), low40 % 2 ** 20];
  // version 7, 12 random bits, variant 0b10, 2 random bits
  const marked = (0x7 << 16) | ((top14 >> 2) << 4) | (0b10 << 2) | (top14 & 0b11);
  return `${prefix}_${lastTime}${four(marked)}${four(middle20)}${four(first)}${four(second)}`;
}

/** Not after any id of that prefix that is made at `now` or later, and after every earlier one. */
export function firstIdAt(prefix: IdPrefix, now: number): string {
  return `${prefix}_${encodeTime(Math.min(Math.max(0, Math.floor(now)), 2 ** 48 - 1))}${'0'.repeat(16)}`;
}

/** Has the text the shape of such an id? */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && BODY.test(text.slice(prefix.length + 1));
}

/** The highest bit starts as zero: room to count on without reaching the time. */
function drawRandom(): void {
  const octets = takeRandom(10);
  random.top14 = octets.readUInt16BE() & 0x1fff;
  random.middle20 = octets.readUIntBE(2, 3) & 0xfffff;
  random.low40 = octets.readUIntBE(5, 5);
}

function countOn(): void {
  random.low40 += 1 + takeRandom(4).readUInt32BE();
  if (random.low40 < 2 ** 40) return;
  random.low40 -= 2 ** 40;
  random.middle20 += 1;
  if (random.middle20 < 2 ** 20) return;
  random.middle20 = 0;
  random.top14 += 1;
}

/** Twenty bits as four digits. */
const four = (bits: number): string => pair(bits >> 10) + pair(bits);

/** 48 bits, and two zeros before them. */
function encodeTime(milliseconds: number): string {
  const [high, low] = [Math.floor(milliseconds / 2 ** 30), milliseconds % 2 ** 30];
  return four(high) + pair(low >> 20) + four(low);
}
