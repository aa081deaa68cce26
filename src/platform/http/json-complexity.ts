/** No request of the API comes near these; JSON.parse and the validator recurse, so they are held before either runs. */
export const MAX_DEPTH = 32;
export const MAX_VALUES = 10_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Is the JSON text within the limits of depth and number of values? Counts brackets and commas outside strings; says
 * nothing about well-formedness.
 */
export function isWithinComplexity(json: Uint8Array, maxValues = MAX_VALUES): boolean {
  let depth = 0;
  let values = 1;
  let position = 0;
  while (position < json.length) {
    const octet = json[position] as number;
    if (octet === QUOTE) {
      position = afterString(json, position + 1);
      continue;
    }
    if (OPENERS.has(octet)) depth += 1;
    else if (CLOSERS.has(octet)) depth -= 1;
    if (OPENERS.has(octet) || octet === COMMA) values += 1;
    if (depth > MAX_DEPTH || values > maxValues) return false;
    position += 1;
  }
  return true;
}

/**
 * Does an object of that JSON text, well-formed and parsed into `value`, name a member twice? JSON.parse keeps the last one
 * in silence, others the first (RFC 8259 §4): what a gateway before us has seen must be what we judge. A text has one colon
 * a member.
 */
export function repeatsName(json: Uint8Array, value: unknown): boolean {
  let members = 0;
  let position = 0;
  while (position < json.length) {
    if (json[position] === QUOTE) {
      position = afterString(json, position + 1);
      continue;
    }
    if (json[position] === COLON) members += 1;
    position += 1;
  }
  return members !== countMembers(value);
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  return inner.reduce<number>((sum, one) => sum + countMembers(one), Array.isArray(value) ? 0 : inner.length);
}

/** UTF-8 continuation octets are never quote or backslash, so octets can be walked. */
function afterString(json: Uint8Array, start: number): number {
  let position = start;
  for (;;) {
    const end = json.indexOf(QUOTE, position);
    if (end < 0) return json.length;
    if (!isEscaped(json, start, end)) return end + 1;
    position = end + 1;
  }
}

/** An odd number of backslashes before it: the last of them is not escaped itself. */
function isEscaped(json: Uint8Array, start: number, position: number): boolean {
  let before = position;
  while (before > start && json[before - 1] === BACKSLASH) before -= 1;
  return (position - before) % 2 === 1;
}
